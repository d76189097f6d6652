"""The terms that an incident is opened under, in one statement, are those that two statements find."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from clients.agreement_lookup import AgreementCriteria, applicable_agreements, best_agreement
from clients.choices import AgreementStatus, Severity, SubscriptionStatus, Tier
from clients.opening_terms import opening_terms
from clients.priority import high_priority_clients
from clients.terms import CLOSE, SPACE
from tests.api import capture, statements
from tests.clients.factories import AgreementFactory, CalendarFactory, ClientFactory, SubscriptionFactory
from tests.products.factories import ProductFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()
FAR = timedelta(days=400)
AHEAD, BEHIND = "Pacific/Kiritimati", "Pacific/Pago_Pago"


def compared(client, product):
    """The terms, found in both ways."""
    terms, now = opening_terms(client.pk, product.pk), timezone.now()
    assert terms.high_priority == bool(high_priority_clients([client.pk]))
    for severity in Severity.values:
        criteria = AgreementCriteria(severity, product.pk, now)
        separately = best_agreement(applicable_agreements(client.pk, criteria), criteria)
        assert best_agreement(terms.agreements, criteria) == separately
    return terms


def test_a_client_without_contracts_has_no_terms():
    assert compared(ClientFactory(), ProductFactory()) == (False, [])


@pytest.mark.parametrize("tiers", [(Tier.BASIC, Tier.PREMIUM), (Tier.STANDARD,)])
@pytest.mark.parametrize("severities", [("P1", "P3"), Severity.values, ()])
def test_the_best_agreement_of_the_product_is_found(tiers, severities):
    product, client = ProductFactory(), ClientFactory()
    for tier in tiers:
        subscription = SubscriptionFactory(client=client, product=product, service_level_tier=tier)
        for severity in severities:
            AgreementFactory(subscription=subscription, severity_level=severity)
            AgreementFactory(subscription=subscription, severity_level=severity, status=AgreementStatus.INACTIVE)
    AgreementFactory(subscription=SubscriptionFactory(client=client), severity_level="P1")
    AgreementFactory(subscription=SubscriptionFactory(product=product), severity_level="P1")
    compared(client, product)


@pytest.mark.parametrize("same_product", [True, False])
@pytest.mark.parametrize(
    ("start", "end", "status", "expected"),
    [
        (TODAY - FAR, None, SubscriptionStatus.ACTIVE, True),
        (TODAY - FAR, TODAY + FAR, SubscriptionStatus.ACTIVE, True),
        (TODAY - 2 * FAR, TODAY - FAR, SubscriptionStatus.ACTIVE, False),
        (TODAY + FAR, None, SubscriptionStatus.ACTIVE, False),
        (TODAY - FAR, None, SubscriptionStatus.CANCELLED, False),
    ],
)
def test_a_current_contract_of_any_product_gives_priority(same_product, start, end, status, expected):
    product, client = ProductFactory(), ClientFactory()
    dated = {"start_date": start, "end_date": end, "status": status}
    SubscriptionFactory(client=client, high_priority=True, **dated, **({"product": product} if same_product else {}))
    assert compared(client, product).high_priority == expected


@pytest.mark.parametrize("zone", [AHEAD, BEHIND])
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_the_date_is_the_clients(zone, days):
    product, client = ProductFactory(), CalendarFactory(timezone=zone).client
    day = TODAY + timedelta(days=days)
    for dates in ({"start_date": day}, {"start_date": day - FAR, "end_date": day}):
        AgreementFactory(
            subscription=SubscriptionFactory(client=client, product=product, high_priority=True, **dates),
            severity_level="P2",
        )
    compared(client, product)


def test_they_take_one_statement_behind_the_lock():
    client, product = ClientFactory(), ProductFactory()
    with capture() as queries:
        opening_terms(client.pk, product.pk)
    assert len(statements(queries)) == (2 if connection.vendor == "postgresql" else 1)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer and no such lock")
def test_terms_that_are_being_changed_are_waited_for():
    client, product = ClientFactory(), ProductFactory()
    given = connection.settings_dict
    address = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "password": given["PASSWORD"]}
    with psycopg.connect(dbname=given["NAME"], **address) as other:
        other.execute(CLOSE, [SPACE, [client.pk]])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '20ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            opening_terms(client.pk, product.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = DEFAULT")
    compared(client, product)
