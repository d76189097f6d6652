"""Parts shared by several reports: tables, milestones, key figures, service levels."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from incidents.models import Incident
from incidents.service_levels.reading import service_levels_of
from incidents.service_levels.states import SlaState, state_of
from incidents.service_levels.timers import clock_of
from reporting.reports.context import ReportContext
from reporting.reports.document import (
    OWNER,
    Column,
    Figure,
    KeyFigures,
    Paragraph,
    Scalar,
    Section,
    Table,
    Timeline,
    TimelineEvent,
    Tone,
    ValueKind,
)
from reporting.reports.values import between, stamp, words

Row = Mapping[str, Any]
UNPAUSED = "resolution_without_pauses"
HIGH = {"P1": Tone.BAD, "P2": Tone.WARNING}
STATE_TONES = {SlaState.BREACHED: Tone.BAD, SlaState.AT_RISK: Tone.WARNING, SlaState.OK: Tone.GOOD}
# The moments of an incident that client contacts may read, without actors.
MILESTONES = (
    ("occurred_at", "Occurred"),
    ("detected_at", "Detected"),
    ("acknowledged_at", "Acknowledged"),
    ("resolved_at", "Resolved"),
    ("closed_at", "Closed"),
)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table: its title, its kind, and its source (a key of the row, or a function)."""

    title: str
    source: str | Callable[[Any], Scalar]
    kind: ValueKind = ValueKind.TEXT

    def of(self, row: Any) -> Scalar:
        value: Scalar = self.source(row) if callable(self.source) else row[self.source]
        return value


def table(rows: Iterable[Any], shown: tuple[TableColumn, ...], *, caption: str = "", empty: str = "None.") -> Table:
    """A table of rows in these columns."""
    columns = tuple(Column(each.title, each.kind) for each in shown)
    return Table(columns, tuple(tuple(each.of(row) for each in shown) for row in rows), caption, empty)


def milestones(times: Mapping[str, Any]) -> tuple[TimelineEvent, ...]:
    """The moments that every reader may see, in order."""
    known = [TimelineEvent(str(times[name])[:19] + "Z", label, True) for name, label in MILESTONES if times.get(name)]
    return tuple(sorted(known, key=lambda event: event.at))


def course(times: Mapping[str, Any]) -> Timeline:
    return Timeline("Timeline of the incident", milestones(times))


def severity_figure(severity: str, peak: str) -> Figure:
    note = f"peak {peak}" if peak != severity else ""
    return Figure("Severity", severity, note=note, tone=HIGH.get(peak, Tone.PLAIN))


def time_figures(subject: ReportContext) -> tuple[Figure, ...]:
    """The times to detect, acknowledge and resolve."""
    incident = subject.incident
    over = "Time to resolve" if subject.is_over else "Unresolved for"
    return (
        Figure("Time to detect", between(incident.occurred_at, incident.detected_at), ValueKind.MINUTES),
        Figure("Time to acknowledge", between(incident.detected_at, incident.acknowledged_at), ValueKind.MINUTES),
        Figure(over, between(incident.detected_at, subject.end), ValueKind.MINUTES),
        Figure("Downtime", incident.downtime_minutes, ValueKind.MINUTES, note="as stated"),
    )


def sla_figure(subject: ReportContext) -> Figure:
    state = state_of(subject.incident, subject.at)
    return Figure("Service level", str(state), ValueKind.WORD, tone=STATE_TONES.get(state, Tone.PLAIN))


def targets_of(incident: Incident) -> dict[str, int | None]:
    """The agreed targets of the incident, in covered minutes."""
    terms = clock_of(incident).terms
    return {"response": terms.response_minutes, "resolution": terms.resolution_minutes}


def service_level(subject: ReportContext) -> Section:
    """The agreement, its targets and their use. For staff and the agreement's client."""
    terms, measured = clock_of(subject.incident).terms, service_levels_of(subject.incident, subject.at)
    if not terms.has_agreement:
        return Section("Service level", (Paragraph("No agreement applies to this incident."),), OWNER)
    goals = targets_of(subject.incident)
    rows = [_clock_row(name, measured[name], target) for name, target in goals.items()]
    pauses = measured["arithmetic"]["pauses"]
    if pauses:
        rows.append(_clock_row(UNPAUSED, measured[UNPAUSED], goals["resolution"]))
    targets = table(
        rows,
        (
            TableColumn("Clock", "name", ValueKind.WORD),
            TableColumn("Target", "target", ValueKind.MINUTES),
            TableColumn("Covered time used", "used", ValueKind.MINUTES),
            TableColumn("Due", "due", ValueKind.TIME),
            TableColumn("Met", "met", ValueKind.TIME),
            TableColumn("Result", "result", ValueKind.WORD),
        ),
    )
    sentence = (
        f"Agreement {terms.agreement_id} for {terms.severity} under the {words(terms.tier)} tier, "
        f"coverage {words(terms.coverage)}. Clocks count covered time only."
    )
    figures = KeyFigures((sla_figure(subject),))
    return Section("Service level", (figures, Paragraph(sentence), targets, *_paused(pauses)), OWNER)


def _paused(pauses: list[Row]) -> tuple[Table, ...]:
    shown = (
        TableColumn("Reason", "reason", ValueKind.WORD),
        TableColumn("From", lambda row: stamp(row["from"]), ValueKind.TIME),
        TableColumn("To", lambda row: stamp(row["to"]), ValueKind.TIME),
        TableColumn("Covered time", "minutes", ValueKind.MINUTES),
    )
    return (table(pauses, shown, caption="Pauses of the resolution clock"),) if pauses else ()


def _clock_row(name: str, measured: Row, target: int | None) -> Row:
    open_or_kept = "running" if measured["met_at"] is None else "kept"
    return {
        "name": name,
        "target": target,
        "used": measured["elapsed_minutes"],
        "due": stamp(measured["due_at"]),
        "met": stamp(measured["met_at"]),
        "result": "breached" if measured["breached"] else open_or_kept,
    }
