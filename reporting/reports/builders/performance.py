"""The performance dashboard: speed and workload of the response, compared with the agreement and with similar
incidents.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F

from core.operations.entities import models_by_type
from incidents.models import Incident, IncidentNote
from incidents.service_levels.timers import clock_of, responded_at_of
from reporting.reports.builders.parts import (
    TableColumn,
    service_level,
    severity_figure,
    sla_figure,
    table,
    targets_of,
    time_figures,
)
from reporting.reports.context import ReportContext
from reporting.reports.document import (
    INSIDE,
    OWNER,
    BarChart,
    KeyFigures,
    LineChart,
    Paragraph,
    Section,
    Series,
    ValueKind,
)
from reporting.reports.values import between, minutes, number, stamp, words

PEERS_DAYS = 90
SLICES = 12
METRIC = "metric"


def performance_dashboard(subject: ReportContext) -> tuple[Section, ...]:
    """The performance of the response to one incident. SOP 23."""
    incident = subject.incident
    severity = severity_figure(incident.severity, incident.peak_severity)
    return (
        Section("Measured", (KeyFigures((severity, *time_figures(subject))),)),
        *_against_promise(subject),
        service_level(subject),
        _against_peers(subject),
        Section("Activity", (_activity(subject),), INSIDE),
        Section("Communication and escalation", _contacts(subject), INSIDE),
        Section("Recorded metrics", (_metrics(subject),), INSIDE),
    )


def _against_promise(subject: ReportContext) -> tuple[Section, ...]:
    targets = targets_of(subject.incident)
    if None in targets.values():
        return ()
    incident, clock = subject.incident, clock_of(subject.incident)
    ends = (responded_at_of(incident) or subject.at, incident.resolved_at or subject.at)
    used = tuple(minutes(each.elapsed(end)) for each, end in zip((clock.without_pauses, clock), ends, strict=True))
    chart = BarChart(
        "Covered time used and agreed",
        ("Response", "Resolution"),
        (Series("used", used), Series("promised", tuple(float(each or 0) for each in targets.values()))),
        unit="min",
    )
    return (Section("Compared with the agreement", (KeyFigures((sla_figure(subject),)), chart), OWNER),)


def _against_peers(subject: ReportContext) -> Section:
    """The mean of other resolved incidents with the same severity, across all clients; therefore for staff only."""
    incident = subject.incident
    peers = Incident.objects.filter(
        severity=incident.severity, resolved_at__gt=subject.at - timedelta(days=PEERS_DAYS), resolved_at__lte=subject.at
    ).exclude(pk=incident.pk)
    means = peers.aggregate(
        count=Count("pk"),
        acknowledge=Avg(_length("acknowledged_at")),
        resolve=Avg(_length("resolved_at")),
    )
    own = (between(incident.detected_at, incident.acknowledged_at), between(incident.detected_at, subject.end))
    if not means["count"]:
        narrative = f"No other {incident.severity} incident was resolved in the last {PEERS_DAYS} days."
        return Section("Compared with similar incidents", (Paragraph(narrative),), INSIDE)
    chart = BarChart(
        f"Minutes from detection; mean of {number(means['count'])} other {incident.severity} incident(s), "
        f"last {PEERS_DAYS} days",
        ("Acknowledged", "Resolved" if subject.is_over else "Unresolved so far"),
        (Series("this incident", own), Series("mean", (minutes(means["acknowledge"]), minutes(means["resolve"])))),
        unit="min",
    )
    return Section("Compared with similar incidents", (chart,), INSIDE)


def _length(column: str) -> Any:
    return ExpressionWrapper(F(column) - F("detected_at"), output_field=DurationField())


def _activity(subject: ReportContext) -> LineChart:
    """The number of recorded acts in each twelfth of the incident's duration."""
    start, end = subject.incident.detected_at, max(subject.end, subject.incident.detected_at)
    width = max((end - start) / SLICES, timedelta(seconds=1))
    moments = {"notes": _notes(subject), "other acts": _acts(subject)}
    labels = tuple(f"{start + width * index:%d %b %H:%M}" for index in range(SLICES))
    counted = {name: Counter(_slice(moment, start, width) for moment in found) for name, found in moments.items()}
    series = tuple(
        Series(name, tuple(float(counts[index]) for index in range(SLICES))) for name, counts in counted.items()
    )
    return LineChart("Acts recorded during the incident (UTC)", labels, series)


def _slice(moment: datetime, start: datetime, width: timedelta) -> int:
    """Acts before the detection count in the first slice, acts after the resolution in the last."""
    return min(max(int((moment - start) / width), 0), SLICES - 1)


def _notes(subject: ReportContext) -> list[datetime]:
    return list(IncidentNote.objects.filter(incident_id=subject.incident.pk).values_list("created_at", flat=True))


def _acts(subject: ReportContext) -> list[datetime]:
    facts = subject.facts
    columns = (
        (facts["escalations"], "created_at"),
        (facts["escalations"], "acknowledged_at"),
        (facts["communications"], "created_at"),
        (facts["root_cause_analyses"], "completed_at"),
        (facts["actions"]["workarounds"], "implemented_at"),
        (facts["changes"], "actual_start"),
        (facts["changes"], "actual_end"),
    )
    return [datetime.fromisoformat(row[column]) for rows, column in columns for row in rows if row[column]]


def _contacts(subject: ReportContext) -> tuple[BarChart, BarChart]:
    facts = subject.facts
    return (
        _counted("Communications by method", [row["delivery_method"] for row in facts["communications"]]),
        _counted("Escalations by level", [row["escalation_level"] for row in facts["escalations"]]),
    )


def _counted(title: str, found: list[str]) -> BarChart:
    counts = sorted(Counter(found).items())
    values = Series("number", tuple(float(count) for _, count in counts))
    return BarChart(title, tuple(words(name) for name, _ in counts), (values,))


def _metrics(subject: ReportContext) -> Any:
    """The incident's metrics, if the installation records metrics."""
    model = models_by_type().get(METRIC)
    recorded = model.objects.filter(incident_id=subject.incident.pk).order_by("pk") if model else ()
    shown = (
        TableColumn("Metric", lambda each: str(each.metric_type), ValueKind.WORD),
        TableColumn("Stated", lambda each: _plain(each, "calculated_value_minutes"), ValueKind.NUMBER),
        TableColumn("Derived", lambda each: _plain(each, "derived_value"), ValueKind.NUMBER),
        TableColumn("Target", lambda each: _plain(each, "target_minutes"), ValueKind.NUMBER),
        TableColumn("Recorded", lambda each: stamp(each.created_at), ValueKind.TIME),
    )
    return table(recorded, shown, empty="No metric was recorded for this incident.")


def _plain(record: Any, name: str) -> float | None:
    value = getattr(record, name, None)
    return None if value is None else float(value)
