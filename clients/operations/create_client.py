"""SOP 3: Creating Client Records."""

from typing import Any

from clients.models import AccountAssignment, Client
from clients.serializers import ClientBody, ClientDetail
from core.codes import Code
from core.operations.registry import operation
from core.verbs import Verb
from users.choices import AM, SA
from users.models import User


@operation(
    "client.create",
    sop=3,
    roles={AM, SA},
    verb=Verb.CREATE,
    subject="client",
    body=ClientBody,
    answers=ClientDetail,
    raises=[Code.DUPLICATE],
    condition="an AM who creates a client is assigned to it",
)
def create_client(*, actor: User, **fields: Any) -> Client:
    """Register a client that requires incident management services.

    SOP 3. An account manager who creates a client is assigned to it. Raises Refusal: duplicate (registration number,
    e-mail).
    """
    client = Client(**fields)
    client.save()
    if actor.role == AM:
        AccountAssignment(client=client, user=actor).save()
    return client
