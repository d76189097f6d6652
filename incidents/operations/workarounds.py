"""SOP 18: Implementing Workarounds."""

from typing import Any

from core.codes import Code
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import operation
from core.verbs import Verb
from incidents.lifecycle import require_not_closed
from incidents.models import Incident, Workaround
from incidents.response.choices import WORKAROUND_MOVES, WorkaroundStatus
from incidents.response.serializers import WorkaroundBody, WorkaroundChangesBody, WorkaroundOutput
from users.choices import IM, SA, TS
from users.models import User


@operation(
    "workaround.create",
    sop=18,
    roles={TS, IM, SA},
    verb=Verb.CREATE,
    subject="workaround",
    body=WorkaroundBody,
    answers=WorkaroundOutput,
    moves=WORKAROUND_MOVES.new(),
    raises=[Code.INVALID_TRANSITION],
)
def implement_workaround(*, actor: User, incident: Incident, **fields: Any) -> Workaround:
    """Record a temporary solution and its effectiveness.

    SOP 18. Raises Refusal: invalid_transition (the incident is closed).
    """
    require_not_closed(incident)
    workaround = Workaround(incident=incident, implemented_by=actor, implemented_at=server_time(incident), **fields)
    workaround.save()
    return workaround


@operation(
    "workaround.update",
    sop=18,
    roles={TS, IM, SA},
    verb=Verb.UPDATE,
    target="workaround",
    body=WorkaroundChangesBody,
    answers=WorkaroundOutput,
    moves=WORKAROUND_MOVES.all(),
    raises=[Code.PRECONDITION_FAILED],
)
def update_workaround(*, actor: User, workaround: Workaround, status: str | None = None, **changes: Any) -> Workaround:
    """Change the effectiveness of a workaround, or end it. An ended workaround does not change.

    SOP 18. Raises Refusal: invalid_transition, precondition_failed (it is not active).
    """
    if status is not None and status != workaround.status:
        require_transition(WORKAROUND_MOVES, workaround, status)
        changes["status"] = status
    elif changes and workaround.status != WorkaroundStatus.ACTIVE:
        detail = f"The workaround is {workaround.status}; only an active workaround can be re-evaluated."
        item = Item("workaround_not_active", detail, "effectiveness")
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="workaround_lifecycle", errors=[item])
    return workaround.change(**changes)
