"""The agreement that applies to an incident: the active one for its severity on the client's active, current
subscription to the component's product. Among several, the best tier, then the oldest subscription; without a
component, the client's best tier.

A subscription is current for an incident if it has started by today and had not ended when the incident was detected:
an agreement still applies if the subscription ends while the incident is open. Both dates are in the client's time
zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from clients.calendars import DEFAULT_CALENDAR
from clients.choices import AgreementStatus, SubscriptionStatus, Tier
from clients.models import Subscription
from core.sql.compiled import CompiledQuery

BEST_FIRST = (Tier.PREMIUM, Tier.STANDARD, Tier.BASIC)
# The most advanced time zone: a subscription that has started anywhere has started in it.
_FURTHEST_AHEAD = timedelta(hours=14)
_CALENDAR = {f"calendar_{name}": F(f"client__calendar__{name}") for name in DEFAULT_CALENDAR}


@dataclass(frozen=True, slots=True)
class AgreementCriteria:
    """The incident's data that select an agreement; without a product, any of the client's subscriptions qualifies."""

    severity: str
    product_id: int | None
    detected_at: datetime


@dataclass(frozen=True, slots=True)
class ApplicableAgreement:
    """An active subscription that has started, with one of its active agreements or without any."""

    subscription_id: int
    product_id: int
    tier: str
    start_date: date
    end_date: date | None
    rto_minutes: int | None
    agreement_id: int | None
    severity: str | None
    response_minutes: int | None
    resolution_minutes: int | None
    pauses_allowed: bool
    calendar: dict[str, Any]

    def day_of(self, moment: datetime) -> date:
        """The client's local date at an instant."""
        return moment.astimezone(ZoneInfo(self.calendar["timezone"])).date()


def applicable_agreements(client_id: int, criteria: AgreementCriteria | None = None) -> list[ApplicableAgreement]:
    """The client's applicable agreements in one statement, calendar included; `criteria` filters them early.

    Subscriptions without an agreement are included: their recovery objectives apply nevertheless.
    """
    now = timezone.now()
    latest = latest_start(now)
    if criteria is None:
        rows = _ALL(client_id, latest)
    elif criteria.product_id is None:
        rows = _FOR_SEVERITY(client_id, latest, criteria.severity)
    else:
        rows = _FOR_PRODUCT(client_id, latest, criteria.severity, criteria.product_id)
    return started(rows, now)


def latest_start(now: datetime) -> date:
    """The latest date on which a subscription may start that has started anywhere."""
    return (now + _FURTHEST_AHEAD).date()


def started(rows: Iterable[dict[str, Any]], now: datetime) -> list[ApplicableAgreement]:
    """The agreements in rows of `with_agreements` whose subscription has started."""
    return [agreement for agreement in map(_applicable, rows) if agreement.start_date <= agreement.day_of(now)]


def best_agreement(
    candidates: Iterable[ApplicableAgreement], criteria: AgreementCriteria
) -> ApplicableAgreement | None:
    """The best match for a need; a subscription without an agreement only if none has one."""
    return min((_for_severity(each, criteria) for each in candidates if _fits(each, criteria)), key=_rank, default=None)


def _fits(agreement: ApplicableAgreement, criteria: AgreementCriteria) -> bool:
    ended = agreement.end_date is not None and agreement.end_date < agreement.day_of(criteria.detected_at)
    return criteria.product_id in (None, agreement.product_id) and not ended


def _for_severity(agreement: ApplicableAgreement, criteria: AgreementCriteria) -> ApplicableAgreement:
    """The match itself, or only its subscription if the agreement is for another severity."""
    if agreement.severity in (None, criteria.severity):
        return agreement
    bare: dict[str, Any] = dict.fromkeys(("agreement_id", "severity", "response_minutes", "resolution_minutes"))
    return replace(agreement, **bare, pauses_allowed=False)


def _rank(agreement: ApplicableAgreement) -> tuple[bool, int, date, int]:
    return (
        agreement.agreement_id is None,
        BEST_FIRST.index(Tier(agreement.tier)),
        agreement.start_date,
        agreement.subscription_id,
    )


_COLUMNS = (
    "pk",
    "product_id",
    "service_level_tier",
    "start_date",
    "end_date",
    "rto_minutes",
    "agreement__id",
    "agreement__severity_level",
    "agreement__response_time_minutes",
    "agreement__resolution_time_hours",
    "agreement__pauses_allowed",
)


def _rows(client_id: int, latest: date, severity: str | None = None, product_id: int | None = None) -> Any:
    """The rows of all applicable agreements of a client for a severity and a product.

    Subscriptions that start on the latest date may not have started yet: the rows contain the client's time zone to
    decide.
    """
    agreement = Q(agreements__status=AgreementStatus.ACTIVE)
    found = Subscription.objects.filter(client_id=client_id, status=SubscriptionStatus.ACTIVE, start_date__lte=latest)
    if severity is not None:
        agreement &= Q(agreements__severity_level=severity)
    if product_id is not None:
        found = found.filter(product_id=product_id)
    return with_agreements(found, agreement)


def with_agreements(subscriptions: Any, condition: Q, *columns: str) -> Any:
    """Rows of subscriptions, each with its agreements of this condition and the calendar of its client."""
    found = subscriptions.annotate(agreement=FilteredRelation("agreements", condition=condition), **_CALENDAR)
    return found.order_by("pk").values(*_COLUMNS, *_CALENDAR, *columns)


_ALL = CompiledQuery(_rows, int, date)
_FOR_SEVERITY = CompiledQuery(_rows, int, date, str)
_FOR_PRODUCT = CompiledQuery(_rows, int, date, str, int)


def _applicable(row: dict[str, Any]) -> ApplicableAgreement:
    own = {name: row[f"calendar_{name}"] for name in DEFAULT_CALENDAR}
    hours = row["agreement__resolution_time_hours"]
    return ApplicableAgreement(
        subscription_id=row["pk"],
        product_id=row["product_id"],
        tier=row["service_level_tier"],
        start_date=row["start_date"],
        end_date=row["end_date"],
        rto_minutes=row["rto_minutes"],
        agreement_id=row["agreement__id"],
        severity=row["agreement__severity_level"],
        response_minutes=row["agreement__response_time_minutes"],
        resolution_minutes=None if hours is None else hours * 60,
        pauses_allowed=bool(row["agreement__pauses_allowed"]),
        calendar=dict(DEFAULT_CALENDAR) if own["timezone"] is None else own,
    )
