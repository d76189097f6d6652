"""SOP 14: pauses of the resolution clock, if the agreement allows them."""

from core.codes import Code
from core.errors import Item, Refusal
from core.operations.registry import operation
from core.verbs import Verb
from incidents.bodies import PauseBody, PauseEndBody
from incidents.choices import PauseEnd
from incidents.models import ClockPause, Incident
from incidents.serializers import PauseOutput
from incidents.service_levels.pauses import RULE, end_pause, require_pausable
from incidents.service_levels.timers import pause_clock, resume_clock
from users.choices import IM, TS
from users.models import User


@operation(
    "incident.pause_clock",
    sop=14,
    roles={IM, TS},
    verb=Verb.CREATE,
    target="incident",
    subject="clock_pause",
    body=PauseBody,
    answers=PauseOutput,
    raises=[Code.PRECONDITION_FAILED],
    condition="the agreement allows pauses; resolution clock only; not P1; reason and note",
)
def pause(*, actor: User, incident: Incident, reason: str, note: str) -> ClockPause:
    """Pause the resolution clock of an incident, with a reason; the response clock continues.

    SOP 14. Raises Refusal: precondition_failed (clock_not_running, pauses_not_allowed, severity_never_pauses,
    already_paused, client_not_asked).
    """
    require_pausable(incident, reason)
    begun = ClockPause(incident=incident, reason=reason, note=note, started_at=pause_clock(incident))
    begun.save()
    incident.save()
    return begun


@operation(
    "incident.resume_clock",
    sop=14,
    roles={IM, TS},
    verb=Verb.UPDATE,
    target="clock_pause",
    body=PauseEndBody,
    answers=PauseOutput,
    raises=[Code.PRECONDITION_FAILED],
)
def resume(*, actor: User, clock_pause: ClockPause, note: str = "") -> ClockPause:
    """End a pause and resume the resolution clock.

    SOP 14. Raises Refusal: precondition_failed (pause_ended).
    """
    if clock_pause.ended_at is not None:
        detail = f"Pause {clock_pause.pk} has already ended ({clock_pause.end_cause})."
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule=RULE, errors=[Item("pause_ended", detail)])
    incident = Incident.objects.get(pk=clock_pause.incident_id)  # locked together with its child record
    end_pause(incident, resume_clock(incident), PauseEnd.RESUMED, note)
    incident.save()
    clock_pause.refresh_from_db()
    return clock_pause
