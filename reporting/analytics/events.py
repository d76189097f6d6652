"""Incidents as events, which the database counts and summarises.

Each incident has at most one event of each kind: its detection, acknowledgement, resolution (with and without pauses)
and closure, each with its time and its measured value. One statement reads all kinds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest

from incidents.choices import IncidentStatus
from incidents.models import Incident
from incidents.service_levels.states import BREACHED_WITHOUT_PAUSES
from reporting.analytics.choices import GroupBy
from reporting.analytics.functions import Minutes, bucket, summary_of, text
from reporting.analytics.question import AnalyticsQuery
from users.choices import CC

# The column of each grouping. An incident without a component belongs to no product.
SUBJECTS = {
    GroupBy.CLIENT: "client_id",
    GroupBy.PRODUCT: "component__product_id",
    GroupBy.SEVERITY: "severity",
    GroupBy.CATEGORY: "category",
}
SETTLED = (IncidentStatus.RESOLVED, IncidentStatus.CLOSED)
# When an incident left the backlog. A settled incident has left it even if an imported row lacks the time.
LEFT = Case(When(status__in=SETTLED, then=Greatest(Coalesce("resolved_at", "closed_at", "detected_at"), "detected_at")))
NOTHING = Cast(Value(None), FloatField())
BREACH = Cast(Case(When(sla_breach=True, then=1), default=0), FloatField())
UNPAUSED = Cast(Case(When(BREACHED_WITHOUT_PAUSES, then=1), default=0), FloatField())


@dataclass(frozen=True, slots=True)
class MeasuredEvent:
    """One kind of event: its time, its measured value, and its incidents."""

    name: str
    at: str
    value: Any
    of: Q


def _duration(name: str, earlier: str, later: str, at: str, **of: Any) -> MeasuredEvent:
    """A duration is measured only if its times are in order, which imported rows may violate."""
    ordered = Q(**{f"{later}__gte": F(earlier)}, **of)
    return MeasuredEvent(name, at, Minutes(earlier, later), ordered)


KINDS = (
    MeasuredEvent("opened", "detected_at", NOTHING, Q()),
    MeasuredEvent("resolved", "left_at", NOTHING, Q()),
    MeasuredEvent("judged", "left_at", BREACH, Q()),
    MeasuredEvent("unpaused", "left_at", UNPAUSED, Q()),
    MeasuredEvent("closed", "closed_at", NOTHING, Q(status=IncidentStatus.CLOSED)),
    _duration("mttd", "occurred_at", "detected_at", "detected_at"),
    _duration("mtta", "detected_at", "acknowledged_at", "acknowledged_at"),
    _duration("mttr", "detected_at", "resolved_at", "resolved_at", status__in=SETTLED),
)
# Incidents already in the backlog at the start of the period.
CARRIED = "carried"


class Sum(NamedTuple):
    """The summary of one kind, group and interval; `bucket` is None for the whole period."""

    kind: str
    subject: str | None
    bucket: datetime | None
    number: int
    total: float | None
    mean: float | None
    quantiles: tuple[float | None, ...]


def counted_for(user: Any) -> QuerySet[Any]:
    """The incidents that count for a user: those in scope; for a client contact only those of the own client,
    because incidents that merely affected it are counted for their own client.
    """
    incidents: QuerySet[Any] = Incident.objects.visible_to(user)
    return incidents.filter(client_id=user.client_id) if user.role == CC else incidents


def sums_by_interval(incidents: QuerySet[Any], question: AnalyticsQuery) -> list[Sum]:
    """The summaries of every kind, group and interval with events."""
    return _sums(incidents, question, lambda column: bucket(column, question.interval))


def sums_of_stretch(incidents: QuerySet[Any], question: AnalyticsQuery) -> list[Sum]:
    """The summaries of every kind and group over the whole period, and the initial backlog."""
    waiting = Q(detected_at__lt=question.start) & (Q(left_at__isnull=True) | Q(left_at__gte=question.start))
    carried = MeasuredEvent(CARRIED, "detected_at", NOTHING, waiting)
    return _sums(incidents, question, lambda column: text(""), carried)


def _sums(
    incidents: QuerySet[Any], question: AnalyticsQuery, bucket_of: Callable[[str], Any], *more: MeasuredEvent
) -> list[Sum]:
    subject = text(F(SUBJECTS[question.group_by]) if question.group_by else "")
    base = incidents.order_by().annotate(left_at=LEFT)
    within = [
        base.filter(kind.of, **{f"{kind.at}__gte": question.start, f"{kind.at}__lt": question.end}) for kind in KINDS
    ]
    branches = [
        found.values_list(text(kind.name), subject, bucket_of(kind.at), kind.value)
        for kind, found in zip((*KINDS, *more), [*within, *(base.filter(kind.of) for kind in more)], strict=True)
    ]
    events = branches[0].union(*branches[1:], all=True)
    return list(_run(events))


def _run(events: QuerySet[Any]) -> Iterator[Sum]:
    connection = connections[events.db]
    sql, params = events.query.get_compiler(using=events.db).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(summary_of(sql, connection.vendor), params)
        for kind, subject, start, number, total, mean, *quantiles in cursor.fetchall():
            moment = datetime.fromisoformat(f"{start}+00:00") if start else None
            yield Sum(kind, subject, moment, number, total, mean, tuple(quantiles))
