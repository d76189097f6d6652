"""An incident's timeline in the console: part by part, so that a page stays cheap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from console.operations.labels import field_label
from core.console.columns import address_of
from core.operations.entities import models_by_type
from resolution.choices import TimelineKind as Kind
from resolution.timeline import timeline_page

SHOWN = "100"

_WORK = (
    Kind.OCCURRED,
    Kind.DETECTED,
    Kind.CREATED,
    Kind.ACKNOWLEDGED,
    Kind.STATUS_CHANGED,
    Kind.SEVERITY_CHANGED,
    Kind.NOTE_ADDED,
    Kind.ESCALATED,
    Kind.ESCALATION_ACKNOWLEDGED,
    Kind.ESCALATION_RESOLVED,
    Kind.RESOLVED,
    Kind.CLOSED,
)
_TALK = (
    Kind.NOTE_ADDED,
    Kind.COMMUNICATION_RECORDED,
    Kind.COMMUNICATION_SENT,
    Kind.CLIENT_AFFECTED,
    Kind.CLIENT_RELIEVED,
)
_CURE = (
    Kind.WORKAROUND_IMPLEMENTED,
    Kind.ANALYSIS_BEGUN,
    Kind.ANALYSIS_COMPLETED,
    Kind.ANALYSIS_APPROVED,
    Kind.CHANGE_REQUESTED,
    Kind.CHANGE_DECIDED,
    Kind.CHANGE_STARTED,
    Kind.CHANGE_ENDED,
    Kind.ROLLBACK_REQUESTED,
    Kind.ROLLBACK_COMPLETED,
    Kind.MITIGATION_CONFIRMED,
)
_ALERTS = (
    Kind.ALERTED,
    Kind.CORRELATED,
    Kind.CLOCK_PAUSED,
    Kind.CLOCK_RESUMED,
    Kind.REOPENED,
)
_AFTER = tuple(each for each in Kind if each not in {*_WORK, *_TALK, *_CURE, *_ALERTS})
PARTS = {
    "work": (_("Work"), _WORK),
    "talk": (_("Communication"), _TALK),
    "cure": (_("Remedies"), _CURE),
    "alerts": (_("Alerts and clock"), _ALERTS),
    "after": (_("Afterwards"), _AFTER),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is shown."""

    at: datetime
    kind: str
    summary: str
    actor: str
    address: str | None


def rows_of(incident_id: int, viewer: Any, part: str) -> list[dict[str, Any]]:
    """The latest entries of a part, newest first."""
    kinds = PARTS.get(part, PARTS["work"])[1]
    page = timeline_page(incident_id, viewer, {"kind__in": ",".join(kinds), "page_size": SHOWN})
    return list(reversed(page.rows))


def lines_of(rows: list[dict[str, Any]], names: Mapping[int, str]) -> list[Line]:
    """The entries as they are shown, with the names of who acted."""
    return [_line(row, names) for row in rows]


def _line(row: dict[str, Any], names: Mapping[int, str]) -> Line:
    model = models_by_type().get(row["reference_type"])
    own = row["reference_type"] == "incident"
    address = None if own or model is None else address_of(model, row["reference_id"])
    return Line(row["at"], field_label(str(row["kind"])), row["summary"], names.get(row["actor_id"], ""), address)
