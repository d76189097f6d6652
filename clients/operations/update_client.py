"""SOP 4: Updating Client Information, and assigning its managers."""

from typing import Any

from clients.duties import assigned_to_client
from clients.models import AccountAssignment, Client
from clients.serializers import ClientChanges, ClientDetail, ManagedClient, ManagersBody
from core.codes import Code
from core.models import server_time
from core.operations.registry import operation
from core.operations.results import Answer
from core.verbs import Verb
from users.choices import AM, SA
from users.models import User


@operation(
    "client.update",
    sop=4,
    roles={AM, SA},
    verb=Verb.UPDATE,
    target="client",
    body=ClientChanges,
    answers=ClientDetail,
    duties=[assigned_to_client],
    raises=[Code.DUPLICATE],
    condition="AM: assigned to that client",
)
def update_client(*, actor: User, client: Client, **changes: Any) -> Client:
    """Change a client's details or status.

    SOP 4. Raises Refusal: out_of_scope, duplicate (registration number, e-mail).
    """
    return client.change(**changes)


@operation(
    "client.assign_managers",
    sop=4,
    roles={SA},
    verb=Verb.UPDATE,
    target="client",
    body=ManagersBody,
    answers=ManagedClient,
)
def assign_managers(*, actor: User, client: Client, user_ids: list[User]) -> Answer:
    """Assign account managers to a client: exactly these; all other assignments end.

    SOP 4. Raises Refusal: invalid_reference (not an active account manager).
    """
    wanted = {user.pk: user for user in user_ids}
    present = {each.user_id: each for each in AccountAssignment.objects.filter(client=client, ended_at=None)}
    for pk in sorted(present.keys() - wanted.keys()):
        present[pk].change(ended_at=server_time(present[pk]))
    for pk in sorted(wanted.keys() - present.keys()):
        AccountAssignment(client=client, user=wanted[pk]).save()
    if wanted.keys() != present.keys():
        client.touch()
    return Answer(client, {"user_ids": sorted(wanted)})
