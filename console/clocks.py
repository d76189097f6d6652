"""Service-level clocks for readers: due times with their zone, the remaining time, and the arithmetic."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.service_levels.reading import service_levels_of
from incidents.service_levels.scope import may_read_service_levels
from incidents.service_levels.states import LABELS, SlaState, state_of

MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class ClockFace:
    """One clock: its name, its due time, when it was met, and the remaining covered time."""

    name: str
    due_at: datetime | None
    met_at: datetime | None
    breached: bool
    remaining: int | None
    elapsed: int | None
    sentence: str

    @property
    def left(self) -> str:
        if self.due_at is None or self.remaining is None:
            return _("Nothing was agreed.")
        if self.met_at is not None:
            return _("Met too late") if self.breached else _("Met in time")
        if self.breached:
            return _("Late by %(time)s") % {"time": spell_minutes(abs(self.remaining))}
        return _("%(time)s left") % {"time": spell_minutes(self.remaining)}


@dataclass(frozen=True, slots=True)
class Clocks:
    """The state of an incident's service levels and both clocks, as the API's `/sla/` answers at this moment."""

    state: str
    label: str
    faces: tuple[ClockFace, ...]
    why: str
    coverage: str
    paused: bool
    running: bool


def clocks_of(incident: Incident, viewer: Any) -> Clocks | None:
    """The clocks; None for viewers whom the agreement does not concern."""
    if not may_read_service_levels(viewer, incident.client_id):
        return None
    levels = service_levels_of(incident)
    arithmetic = levels["arithmetic"]
    faces = tuple(
        _face(name, levels, label) for name, label in (("response", _("Response")), ("resolution", _("Resolution")))
    )
    state = levels["state"]
    return Clocks(
        state,
        str(LABELS[SlaState(state)]),
        faces,
        arithmetic["why"],
        str(arithmetic["coverage"] or "").replace("_", " "),
        bool(arithmetic["paused"]),
        bool(arithmetic["running"]),
    )


def _face(name: str, levels: dict[str, Any], label: str) -> ClockFace:
    shown, step = levels[name], levels["arithmetic"][name]
    return ClockFace(
        label,
        shown["due_at"],
        shown["met_at"],
        shown["breached"],
        shown["remaining_minutes"],
        shown["elapsed_minutes"],
        step["sentence"] if step else "",
    )


def state_label(incident: Incident, viewer: Any) -> tuple[str, str]:
    """The state of an incident in a list, as name and label; empty for viewers whom it does not concern."""
    if not may_read_service_levels(viewer, incident.client_id):
        return "", ""
    state = state_of(incident, timezone.now())
    return str(state), str(LABELS[state])


def due_in(incident: Incident, viewer: Any) -> str:
    """The time on the wall clock until the earliest running clock is due."""
    if incident.sla_due_at is None or not may_read_service_levels(viewer, incident.client_id):
        return ""
    left = int((incident.sla_due_at - timezone.now()).total_seconds() // 60)
    if left < 0:
        return _("%(time)s ago") % {"time": spell_minutes(-left)}
    return _("in %(time)s") % {"time": spell_minutes(left)}


def spell_minutes(minutes: int) -> str:
    """Minutes as days, hours and minutes, the two largest of them."""
    days, rest = divmod(minutes, MINUTES_OF_DAY)
    hours, minutes = divmod(rest, 60)
    parts = [(days, _("d")), (hours, _("h")), (minutes, _("min"))]
    spelled = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(spelled[:2]) or f"0 {_('min')}"
