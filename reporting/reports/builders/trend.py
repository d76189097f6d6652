"""The trend analysis: this incident in the history of its client and of its component."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Min, Q
from django.db.models.functions import TruncMonth

from incidents.codes import incident_code
from incidents.models import Incident
from incidents.service_levels.states import BREACHED_WITHOUT_PAUSES
from reporting.reports.builders.parts import TableColumn, table
from reporting.reports.context import ReportContext
from reporting.reports.document import (
    INSIDE,
    OWNER,
    BarChart,
    Figure,
    KeyFigures,
    LineChart,
    Paragraph,
    Reader,
    Section,
    Series,
    Tone,
    ValueKind,
)
from reporting.reports.values import minutes, number, stamp

MONTHS = 12
YEAR = timedelta(days=365)
# The maximum number of similar incidents, latest first.
MAX_SIMILAR = 20
HIGH = ("P1", "P2")
TO_RESOLVE = ExpressionWrapper(F("resolved_at") - F("detected_at"), output_field=DurationField())


def trend_analysis(subject: ReportContext) -> tuple[Section, ...]:
    """The twelve months up to the report, by month, for the client and for the component. SOP 23."""
    incident = subject.incident
    own = Incident.objects.filter(client_id=incident.client_id)
    months = _months(subject.at)
    by_month = _by_month(own, months)
    return (
        _not_theirs(),
        Section(f"{incident.client.name} in twelve months", (_figures(own, subject),), OWNER),
        Section("Incidents by month", (_volume(by_month, months),), OWNER),
        Section("Time to resolve", (_speed(by_month, months),), OWNER),
        Section("Incidents by category", (_categories(own, subject),), OWNER),
        Section("Similar incidents", _similar(own, subject, inside=False), OWNER),
        *_component(subject, months),
    )


def _not_theirs() -> Section:
    narrative = "This analysis covers another organisation's history. It contains nothing about yours."
    return Section("Scope", (Paragraph(narrative),), (Reader.AFFECTED,))


def _months(at: datetime) -> list[datetime]:
    """The starts of the twelve months that end with the current one, in UTC."""
    here = at.astimezone(UTC)
    counted = [here.year * MONTHS + here.month - 1 - back for back in range(MONTHS - 1, -1, -1)]
    return [datetime(each // MONTHS, each % MONTHS + 1, 1, tzinfo=UTC) for each in counted]


def _by_month(incidents: Any, months: list[datetime]) -> dict[datetime, dict[str, Any]]:
    """Counts and the mean time to resolve for each month, in one statement."""
    rows = (
        incidents.filter(detected_at__gte=months[0])
        .annotate(month=TruncMonth("detected_at", tzinfo=UTC))
        .order_by("month")
        .values("month")
        .annotate(count=Count("pk"), high=Count("pk", filter=Q(peak_severity__in=HIGH)), mean=Avg(TO_RESOLVE))
    )
    return {row["month"]: row for row in rows}


def _figures(own: Any, subject: ReportContext) -> KeyFigures:
    at, incident = subject.at, subject.incident
    last, before = Q(detected_at__gt=at - YEAR, detected_at__lte=at), Q(detected_at__lte=at - YEAR)
    counts = own.filter(detected_at__gt=at - 2 * YEAR).aggregate(
        last=Count("pk", filter=last),
        before=Count("pk", filter=before),
        breached=Count("pk", filter=last & Q(sla_breach=True)),
        unpaused=Count("pk", filter=last & BREACHED_WITHOUT_PAUSES),
        alike=Count("pk", filter=last & Q(category=incident.category)),
        recurring=Count("pk", filter=last & Q(is_recurring=True)),
    )
    more = counts["last"] > counts["before"]
    share, unpaused = (_share(counts[name], counts["last"]) for name in ("breached", "unpaused"))
    note = "" if unpaused == share else f"{number(unpaused)} % without pauses"
    return KeyFigures(
        (
            Figure(
                "Incidents",
                counts["last"],
                ValueKind.NUMBER,
                note=f"{number(counts['before'])} the year before",
                tone=Tone.WARNING if more else Tone.GOOD,
            ),
            Figure("Same category", counts["alike"], ValueKind.NUMBER),
            Figure("Recurring", counts["recurring"], ValueKind.NUMBER, note="as stated"),
            Figure("SLA breached", share, ValueKind.PERCENT, note=note, tone=Tone.BAD if share else Tone.GOOD),
        )
    )


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _volume(by_month: dict[datetime, dict[str, Any]], months: list[datetime]) -> BarChart:
    high = tuple(float(by_month.get(month, {}).get("high", 0)) for month in months)
    every = tuple(float(by_month.get(month, {}).get("count", 0)) for month in months)
    return BarChart("Incidents detected", _labels(months), (Series("all", every), Series("P1 and P2", high)))


def _speed(by_month: dict[datetime, dict[str, Any]], months: list[datetime]) -> LineChart:
    means = tuple(minutes(by_month.get(month, {}).get("mean")) for month in months)
    return LineChart("Mean minutes from detection to resolution", _labels(months), (Series("mean", means),), unit="min")


def _labels(months: list[datetime]) -> tuple[str, ...]:
    return tuple(f"{month:%b %y}" for month in months)


def _categories(own: Any, subject: ReportContext) -> Any:
    since = own.filter(detected_at__gt=subject.at - YEAR, detected_at__lte=subject.at)
    rows = since.order_by().values("category").annotate(count=Count("pk"), mean=Avg(TO_RESOLVE))
    shown = (
        TableColumn("Category", "category", ValueKind.WORD),
        TableColumn("Incidents", "count", ValueKind.NUMBER),
        TableColumn("Mean time to resolve", lambda row: minutes(row["mean"]), ValueKind.MINUTES),
    )
    return table(sorted(rows, key=lambda row: (-row["count"], row["category"])), shown)


def _similar(incidents: Any, subject: ReportContext, *, inside: bool) -> tuple[Any, ...]:
    """The latest incidents of the same category and, if there is one, the same component."""
    incident = subject.incident
    alike = incidents.filter(category=incident.category, component_id=incident.component_id).exclude(pk=incident.pk)
    found = list(alike.select_related("client").order_by("-detected_at", "-pk")[:MAX_SIMILAR])
    shown = (
        TableColumn("Incident", lambda each: incident_code(each.pk)),
        TableColumn("Detected", lambda each: stamp(each.detected_at), ValueKind.TIME),
        TableColumn("Severity", lambda each: each.severity),
        TableColumn("Status", lambda each: str(each.status), ValueKind.WORD),
        TableColumn("Title", lambda each: each.title),
    )
    client = (TableColumn("Client", lambda each: each.client.name),) if inside else ()
    return (table(found, (*shown, *client), empty="There is no similar incident."),)


def _component(subject: ReportContext, months: list[datetime]) -> tuple[Section, ...]:
    """The component's history across all clients: for staff only."""
    component = subject.incident.component
    if component is None:
        return (Section("Component", (Paragraph("The incident has no component."),), INSIDE),)
    every = Incident.objects.filter(component_id=component.pk)
    by_month = _by_month(every, months)
    seen = every.filter(detected_at__gte=months[0]).aggregate(
        count=Count("pk"), first=Min("detected_at"), last=Max("detected_at")
    )
    gaps = seen["count"] - 1
    mean = (seen["last"] - seen["first"]) / gaps if gaps > 0 else None
    figures = KeyFigures(
        (
            Figure("Incidents of the component", seen["count"], ValueKind.NUMBER, note="all clients, twelve months"),
            Figure("Mean time between incidents", minutes(mean), ValueKind.MINUTES),
        )
    )
    return (
        Section(f"Component {component.component_name}", (figures, _volume(by_month, months)), INSIDE),
        Section("Similar incidents of all clients", _similar(every, subject, inside=True), INSIDE),
    )
