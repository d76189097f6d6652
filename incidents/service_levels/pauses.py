"""Pauses of the resolution clock (SOP 14), if the agreement allows them."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max
from django.db.models.functions import Coalesce

from clients.choices import Severity
from core.codes import Code
from core.context import current
from core.errors import Item, Refusal
from incidents.choices import UNRESOLVED, PauseEnd, PauseReason
from incidents.models import ClockPause, Communication, Incident
from incidents.response.addressing import on_portal_of, reaching_contacts_of
from incidents.response.choices import CommunicationType

RULE = "clock_pause"


def open_pause(incident: Incident) -> ClockPause | None:
    found: ClockPause | None = ClockPause.objects.open().filter(incident=incident).first()
    return found


def end_pause(incident: Incident, at: datetime, cause: PauseEnd, note: str = "") -> None:
    """End the open pause of an incident, with the acting user as its end's author."""
    pause = open_pause(incident)
    if pause is not None:
        pause.change(ended_at=at, ended_by_id=current().actor.pk, end_cause=cause, end_note=note)


def require_pausable(incident: Incident, reason: str) -> None:
    """Refuse (409 precondition_failed) a pause that the agreement or the incident does not permit, with all reasons."""
    items = [*_of_the_agreement(incident), *_of_the_incident(incident, reason)]
    if items:
        detail = f"The clock of {incident.incident_code} cannot be paused. {' '.join(item.detail for item in items)}"
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule=RULE, errors=items)


def _of_the_agreement(incident: Incident) -> Iterator[Item]:
    agreement = incident.sla_agreement
    if agreement is None or incident.status not in UNRESOLVED:
        yield Item(
            "clock_not_running", "No resolution clock is running: the incident is resolved, or no agreement applies."
        )
    elif not agreement.pauses_allowed:
        yield Item("pauses_not_allowed", f"Agreement {agreement.pk} does not allow pauses.")


def _of_the_incident(incident: Incident, reason: str) -> Iterator[Item]:
    if incident.severity == Severity.P1:
        yield Item("severity_never_pauses", "The clock of a P1 incident cannot be paused.")
    if (pause := open_pause(incident)) is not None:
        yield Item("already_paused", f"Pause {pause.pk} is still open; end it first.", facts={"existing_id": pause.pk})
    if reason == PauseReason.WAITING_FOR_CLIENT and not _is_client_asked(incident):
        detail = "There is no unanswered communication to the client, so there is nothing to wait for."
        yield Item("client_not_asked", detail, "reason")


def _is_client_asked(incident: Incident) -> bool:
    """Whether a communication was sent to the client since the last pause for the client. Ending such a pause states
    that the client has answered; another pause needs another communication. Automated notifications do not count.
    """
    to_client = reaching_contacts_of(incident.client_id) | on_portal_of(incident.client_id)
    asking = Communication.objects.filter(to_client, incident=incident).exclude(
        delivery_method=CommunicationType.AUTOMATED_NOTIFICATION
    )
    asked = asking.order_by().aggregate(at=Max(Coalesce("sent_at", "created_at")))["at"]
    waits = ClockPause.objects.filter(incident=incident, reason=PauseReason.WAITING_FOR_CLIENT).order_by()
    over = waits.aggregate(at=Max("ended_at"))["at"]
    return asked is not None and (over is None or over < asked)
