"""SOP 11: the business hours in which a client's service levels are measured."""

from typing import Any

from clients.duties import affects_running_clock, assigned_to_client
from clients.models import Calendar, Client
from clients.serializers import CalendarBody, ClientWithHours
from core.hooks import hooks
from core.operations.registry import operation
from core.operations.results import Answer
from core.verbs import Verb
from users.choices import AM, SA
from users.models import User


@operation(
    "client.set_calendar",
    sop=11,
    roles={AM, SA},
    verb=Verb.UPDATE,
    target="client",
    body=CalendarBody,
    answers=ClientWithHours,
    duties=[assigned_to_client],
    elevated=affects_running_clock,
    condition="AM: assigned to that client",
)
def set_calendar(*, actor: User, client: Client, **hours: Any) -> Answer:
    """Replace a client's calendar: time zone, weekly hours, the country of public holidays, additional holidays.

    SOP 11. Raises Refusal: out_of_scope, approval_required (a running clock depends on it).
    """
    calendar = Calendar.objects.filter(client=client).first() or Calendar(client=client)
    before = calendar.version if calendar.pk else None
    calendar.change(**hours)
    if calendar.version != before:
        client.touch()
        hooks.changed(calendar)
    return Answer(client, hours)
