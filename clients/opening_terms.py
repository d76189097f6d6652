"""What the opening of an incident needs of a client's contracts, in one statement: whether one of them is high-priority
now, and the agreements for the product. They are held (clients.terms) in the same round trip.
"""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone

from clients.agreement_lookup import ApplicableAgreement, latest_start, started, with_agreements
from clients.choices import AgreementStatus, SubscriptionStatus
from clients.models import Subscription
from clients.priority import is_current_in
from clients.terms import hold_terms
from core.sql.compiled import CompiledQuery


class OpeningTerms(NamedTuple):
    """Whether the client has a current high-priority contract, and its agreements for the product."""

    high_priority: bool
    agreements: list[ApplicableAgreement]


def opening_terms(client_id: int, product_id: int) -> OpeningTerms:
    """Hold the terms of a client, then read those for an incident on this product. Agreements of every severity: the
    severity depends on the priority.
    """
    now = timezone.now()
    rows = _ROWS.behind(lambda: hold_terms([client_id]), client_id, latest_start(now), product_id)
    marked = any(row["high_priority"] and is_current_in(row, row["calendar_timezone"], now) for row in rows)
    return OpeningTerms(marked, started([row for row in rows if row["product_id"] == product_id], now))


def _rows(client_id: int, latest: date, product_id: int) -> Any:
    needed = Q(high_priority=True) | Q(product_id=product_id)
    found = Subscription.objects.filter(
        needed, client_id=client_id, status=SubscriptionStatus.ACTIVE, start_date__lte=latest
    )
    return with_agreements(found, Q(agreements__status=AgreementStatus.ACTIVE), "high_priority")


_ROWS = CompiledQuery(_rows, int, date, int)
