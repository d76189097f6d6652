"""SOP 11 and 26: the applicable agreement of an incident, its due times, and the effects on its clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from audit.models import AuditEntry
from clients.choices import SubscriptionStatus, Tier
from clients.models import Calendar
from incidents.models import Incident
from tests.api import capture, statements
from tests.clients.factories import AgreementFactory, ClientFactory, SubscriptionFactory
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# A Friday, and the Monday after it.
FRIDAY, MONDAY = (2026, 11, 20), (2026, 11, 23)


def berlin(day: tuple[int, int, int], hour: int, minute: int = 0) -> datetime:
    return datetime(*day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def in_berlin(client: Any, **changes: Any) -> Calendar:
    weekly = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = Calendar(client=client, **{"timezone": "Europe/Berlin", "weekly_hours": weekly, **changes})
    calendar.save()
    return calendar


def promise(tier: str, severity: str, response: int, hours: int, **subscribed: Any) -> Any:
    """An agreement on a new subscription of a tier; the targets are free, so that they can be small."""
    subscription = SubscriptionFactory(service_level_tier=tier, **subscribed)
    return AgreementFactory(
        subscription=subscription,
        severity_level=severity,
        response_time_minutes=response,
        resolution_time_hours=hours,
    )


def opened(agreement: Any, **changes: Any) -> dict[str, Any]:
    client = agreement.subscription.client if agreement is not None else ClientFactory()
    return {
        "title": "Payments fail",
        "description": "Declined.",
        "category": "system_outage",
        "impact_level": "high",
        "severity": agreement.severity_level if agreement is not None else "P1",
        "client_id": client.pk,
        "reporter_id": UserFactory(role=TS).pk,
        **changes,
    }


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def z(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def levels(api: Any, pk: int) -> Any:
    return api(IM).get(f"/incidents/{pk}/sla/", expect=200).json()


class TestDueTimes:
    def test_a_premium_p1_opened_on_friday_at_1650_is_due_that_evening(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 15, 2)
        in_berlin(agreement.subscription.client)
        with at(berlin(FRIDAY, 16, 50)):
            shown = api(IM).post("/incidents/", opened(agreement), expect=201).json()
        assert shown["sla_agreement_id"] == agreement.pk
        assert shown["response_due_at"] == z(berlin(FRIDAY, 17, 5))
        assert shown["resolution_due_at"] == z(berlin(FRIDAY, 18, 50))

    def test_a_basic_p3_opened_on_friday_at_1650_is_due_in_the_week_after(self, api):
        agreement = promise(Tier.BASIC, "P3", 30, 8)
        in_berlin(agreement.subscription.client)
        with at(berlin(FRIDAY, 16, 50)):
            shown = api(IM).post("/incidents/", opened(agreement), expect=201).json()
        assert shown["response_due_at"] == z(berlin(MONDAY, 9, 20))
        assert shown["resolution_due_at"] == z(berlin(MONDAY, 16, 50))

    @pytest.mark.parametrize(("severity", "due"), [("P2", (FRIDAY, 18, 50)), ("P3", (MONDAY, 10, 50))])
    def test_standard_covers_high_severities_round_the_clock(self, api, severity, due):
        agreement = promise(Tier.STANDARD, severity, 60, 2)
        in_berlin(agreement.subscription.client)
        with at(berlin(FRIDAY, 16, 50)):
            shown = api(IM).post("/incidents/", opened(agreement), expect=201).json()
        assert shown["resolution_due_at"] == z(berlin(*due))

    def test_public_and_own_holidays_are_not_counted(self, api):
        agreement = promise(Tier.BASIC, "P3", 60, 2)
        in_berlin(agreement.subscription.client, country="DE", holidays=["2026-12-28"])
        with at(berlin((2026, 12, 24), 16, 30)):  # the 25th is a public holiday, the 28th the client's own
            shown = api(IM).post("/incidents/", opened(agreement), expect=201).json()
        assert shown["response_due_at"] == z(berlin((2026, 12, 29), 9, 30))

    def test_a_client_without_a_calendar_has_the_default_hours(self, api):
        agreement = promise(Tier.BASIC, "P4", 30, 8)
        with at(datetime(2026, 11, 20, 16, 50, tzinfo=UTC)):
            shown = api(IM).post("/incidents/", opened(agreement), expect=201).json()
        assert shown["response_due_at"] == "2026-11-23T09:20:00Z"

    def test_the_clock_starts_at_the_detection(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 15, 2)
        with at(berlin(FRIDAY, 12)):
            given = opened(agreement, detected_at=z(berlin(FRIDAY, 11, 50)))
            shown = api(IM).post("/incidents/", given, expect=201).json()
        assert shown["response_due_at"] == z(berlin(FRIDAY, 12, 5))

    def test_the_calculation_is_bounded_for_old_detections(self, api):
        agreement = promise(Tier.BASIC, "P3", 60, 2)
        in_berlin(agreement.subscription.client, country="DE", holidays=["2026-12-28"])
        with at(berlin(FRIDAY, 12)):
            old = IncidentFactory(
                client=agreement.subscription.client, severity="P3", detected_at=datetime(1900, 1, 2, tzinfo=UTC)
            )
            shown = api(IM).patch(f"/incidents/{old.pk}/", {"status": "in_progress"}, expect=200).json()
            answer = levels(api, shown["id"])
        assert shown["sla_breach"] is True
        assert answer["arithmetic"]["intervals"][-1]["to"] == z(berlin(FRIDAY, 12))
        assert answer["arithmetic"]["counted_minutes"] < 5 * 366 * 8 * 60

    def test_without_an_agreement_nothing_is_due(self, api):
        shown = api(IM).post("/incidents/", opened(None), expect=201).json()
        assert (shown["sla_agreement_id"], shown["response_due_at"], shown["resolution_due_at"]) == (None, None, None)
        answer = levels(api, shown["id"])
        assert (answer["agreement_id"], answer["state"]) == (None, "none")
        assert answer["response"] == {
            "due_at": None,
            "elapsed_minutes": None,
            "remaining_minutes": None,
            "breached": False,
            "met_at": None,
        }
        assert "No active P1 agreement" in answer["arithmetic"]["why"]


class TestWhichAgreement:
    def _agreed(self, api, client, component=None):
        given = opened(None, client_id=client.pk, component_id=component.pk if component else None)
        return api(IM).post("/incidents/", given, expect=201).json()["sla_agreement_id"]

    def test_the_one_on_the_components_product(self, api):
        client, component = ClientFactory(), ComponentFactory()
        promise(Tier.PREMIUM, "P1", 15, 2, client=client)
        own = promise(Tier.BASIC, "P1", 300, 24, client=client, product=component.product)
        assert self._agreed(api, client, component) == own.pk

    def test_none_where_the_client_does_not_subscribe_to_the_product(self, api):
        client = ClientFactory()
        promise(Tier.PREMIUM, "P1", 15, 2, client=client)
        assert self._agreed(api, client, ComponentFactory()) is None

    def test_of_several_the_best_tier_then_the_oldest(self, api):
        client, component = ClientFactory(), ComponentFactory()
        on = {"client": client, "product": component.product}
        promise(Tier.BASIC, "P1", 300, 24, start_date=date(2020, 1, 1), **on)
        promise(Tier.STANDARD, "P1", 60, 8, start_date=date(2025, 1, 1), **on)
        older = promise(Tier.STANDARD, "P1", 60, 8, start_date=date(2023, 1, 1), **on)
        promise(Tier.STANDARD, "P1", 60, 8, start_date=date(2023, 1, 1), **on)
        assert self._agreed(api, client, component) == older.pk

    def test_without_a_component_the_best_tier_of_the_client(self, api):
        client = ClientFactory()
        promise(Tier.BASIC, "P1", 300, 24, client=client)
        best = promise(Tier.PREMIUM, "P1", 15, 2, client=client)
        promise(Tier.PREMIUM, "P1", 15, 2)
        assert self._agreed(api, client) == best.pk

    def test_a_better_tier_without_an_agreement_for_the_severity_does_not_apply(self, api):
        client = ClientFactory()
        promise(Tier.PREMIUM, "P2", 60, 4, client=client)
        agreed = promise(Tier.BASIC, "P1", 300, 24, client=client)
        assert self._agreed(api, client) == agreed.pk

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": SubscriptionStatus.SUSPENDED},
            {"status": SubscriptionStatus.CANCELLED},
            {"start_date": date(2099, 1, 1)},
            {"end_date": date(2024, 6, 1)},
        ],
    )
    def test_only_an_active_and_current_subscription_counts(self, api, changes):
        client = ClientFactory()
        promise(Tier.PREMIUM, "P1", 15, 2, client=client, **changes)
        assert self._agreed(api, client) is None

    def test_only_an_active_agreement_counts(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 15, 2)
        agreement.change(status="inactive")
        assert self._agreed(api, agreement.subscription.client) is None


class TestReading:
    def test_the_arithmetic_is_shown(self, api):
        agreement = promise(Tier.BASIC, "P3", 30, 8)
        in_berlin(agreement.subscription.client)
        with at(berlin(FRIDAY, 16, 50)):
            pk = api(IM).post("/incidents/", opened(agreement), expect=201).json()["id"]
        with at(berlin(MONDAY, 9, 10)):
            answer = levels(api, pk)
        assert (answer["agreement_id"], answer["state"]) == (agreement.pk, "ok")
        assert answer["response"] == {
            "due_at": z(berlin(MONDAY, 9, 20)),
            "elapsed_minutes": 20,
            "remaining_minutes": 10,
            "breached": False,
            "met_at": None,
        }
        assert answer["resolution"]["remaining_minutes"] == 8 * 60 - 20
        arithmetic = answer["arithmetic"]
        assert (arithmetic["tier"], arithmetic["coverage"]) == ("basic", "business_hours")
        assert arithmetic["calendar"]["timezone"] == "Europe/Berlin"
        assert arithmetic["targets"] == {"response_minutes": 30, "resolution_minutes": 480, "at_risk_percent": 75}
        assert arithmetic["intervals"] == [
            {"from": z(berlin(FRIDAY, 16, 50)), "to": z(berlin(FRIDAY, 17)), "minutes": 10},
            {"from": z(berlin(MONDAY, 9)), "to": z(berlin(MONDAY, 9, 10)), "minutes": 10},
        ]
        assert f"Agreement {agreement.pk} is the active one for P3" in arithmetic["why"]

    @pytest.mark.parametrize(
        ("minute", "state", "breached"), [(14, "ok", False), (15, "at_risk", False), (20, "at_risk", False)]
    )
    def test_at_risk_from_three_quarters_of_the_target_on(self, api, minute, state, breached):
        self._judged(api, timedelta(minutes=minute), state, breached)

    def test_breached_once_the_due_time_has_passed(self, api):
        self._judged(api, timedelta(minutes=20, seconds=1), "breached", True)

    def _judged(self, api, passed, state, breached):
        agreement = promise(Tier.PREMIUM, "P1", 20, 2)
        with at(berlin(FRIDAY, 12)):
            pk = api(IM).post("/incidents/", opened(agreement), expect=201).json()["id"]
        with at(berlin(FRIDAY, 12) + passed):
            answer = levels(api, pk)
            listed = [row["id"] for row in api(IM).get(f"/incidents/?sla_state={state}").json()["results"]]
        assert (answer["state"], answer["response"]["breached"]) == (state, breached)
        assert listed == [pk]

    def test_the_share_is_a_setting(self, api, settings):
        settings.IMS_SLA_AT_RISK_PERCENT = 50
        self._judged(api, timedelta(minutes=10), "at_risk", False)

    def test_long_lists_of_intervals_are_cut(self, api):
        agreement = promise(Tier.BASIC, "P4", 30, 8)
        with at(datetime(2026, 1, 5, 9, tzinfo=UTC)):
            pk = api(IM).post("/incidents/", opened(agreement), expect=201).json()["id"]
        with at(datetime(2026, 9, 28, 9, tzinfo=UTC)):
            arithmetic = levels(api, pk)["arithmetic"]
        assert (len(arithmetic["intervals"]), arithmetic["intervals_left_out"]) == (100, 90)
        assert arithmetic["counted_minutes"] == 190 * 8 * 60

    def test_the_read_leaves_its_entry_and_few_statements(self, api):
        incident = IncidentFactory()
        caller = api(IM)
        caller.get("/me/")
        with capture() as queries:
            caller.get(f"/incidents/{incident.pk}/sla/", expect=200)
        assert len(statements(queries)) <= 3, statements(queries)
        entry = AuditEntry.objects.filter(action="entity_discovery", reference_id=incident.pk).get()
        assert entry.meta["filters"] == {"view": "sla"}


class TestWhoReads:
    @pytest.mark.parametrize("role", [IM, TS, SA, AM, EX])
    def test_staff(self, api, role):
        api(role).get(f"/incidents/{IncidentFactory().pk}/sla/", expect=200)

    def test_the_client_itself(self, api):
        contact = UserFactory(role=CC)
        incident = IncidentFactory(client=contact.client)
        api(contact).get(f"/incidents/{incident.pk}/sla/", expect=200)
        api(contact).get(f"/incidents/{IncidentFactory().pk}/sla/", expect=404, code="not_found")

    def test_neither_an_affected_client_nor_the_vendor(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 15, 2)
        contact, vendor = UserFactory(role=CC), UserFactory(role=VC)
        component = ComponentFactory(product=agreement.subscription.product)
        component.product.change(vendor=vendor.vendor)
        given = opened(agreement, component_id=component.pk, affected_client_ids=[contact.client_id])
        pk = api(IM).post("/incidents/", given, expect=201).json()["id"]
        for other in (contact, vendor):
            refused = api(other).get(f"/incidents/{pk}/sla/", expect=403, code="out_of_scope").json()
            assert refused["rule"] == "promises_concern_their_client"
            shown = api(other).get(f"/incidents/{pk}/", expect=200).json()
            listed = api(other).get("/incidents/", expect=200).json()["results"][0]
            for row in (shown, listed):
                assert (row["sla_agreement_id"], row["response_due_at"], row["resolution_due_at"]) == (None,) * 3
        own = UserFactory(role=CC, client=agreement.subscription.client)
        assert api(own).get(f"/incidents/{pk}/").json()["sla_agreement_id"] == agreement.pk


def test_creation_with_an_agreement_costs_a_bounded_number_of_statements(api):
    agreement = promise(Tier.BASIC, "P1", 300, 24)
    in_berlin(agreement.subscription.client, country="DE")
    given = opened(
        agreement,
        component_id=ComponentFactory(product=agreement.subscription.product).pk,
        assigned_manager_id=UserFactory().pk,
        assigned_to_id=UserFactory(role=TS).pk,
        affected_client_ids=[ClientFactory().pk],
    )
    caller = api(IM)
    caller.get("/me/", expect=200)
    with capture() as queries:
        shown = caller.post("/incidents/", given, expect=201).json()
    # PostgreSQL locks the clients whose agreements decide the due times; SQLite has one writer anyway.
    allowed = 14 if connection.vendor == "postgresql" else 13
    assert len(statements(queries)) <= allowed, statements(queries)
    assert shown["sla_agreement_id"] == agreement.pk
    assert AuditEntry.objects.filter(reference_type="incident", reference_id=shown["id"]).count() == 1
    assert Incident.objects.get(pk=shown["id"]).version == 1
