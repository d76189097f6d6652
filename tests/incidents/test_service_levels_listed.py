"""Incidents by state and due time: the SQL filters compared with a naive calculation for each incident."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.agreement_lookup import ApplicableAgreement
from clients.clocks import due
from core.context import context
from core.operations.registry import registry
from incidents.filters import IncidentFilters
from incidents.models import Incident
from incidents.service_levels.clock import Clock, ElapsedTime
from incidents.service_levels.states import SlaState, due_before, in_state, state_of
from incidents.service_levels.terms import SlaTerms, terms_of
from incidents.service_levels.timers import stamp
from tests.api import fields
from tests.clients.factories import AgreementFactory, SubscriptionFactory
from tests.incidents.factories import AffectedClientFactory, IncidentFactory
from tests.products.factories import ComponentFactory, ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, IM, VC
from users.system import system_principal

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RESPONSE, RESOLUTION = 60, 240
HOURS = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]}
CALENDAR = {"timezone": "Europe/Berlin", "weekly_hours": HOURS, "country": "", "holidays": []}

# When an incident is detected, acknowledged and resolved, in minutes; None for events that do not happen.
LIVES = st.tuples(st.integers(0, 300), st.none() | st.integers(0, 400), st.none() | st.integers(0, 400), st.booleans())


def naive_state(life, now):
    """The definition, clock by clock, from the incident's times alone."""
    detected, acknowledged, resolved, promised = life
    if not promised:
        return "none"
    at = (now - START) / MINUTE
    acknowledged = resolved if acknowledged is None else acknowledged
    ends = [at if acknowledged is None else acknowledged, at if resolved is None else resolved]
    running = [acknowledged is None, resolved is None]
    targets = [RESPONSE, RESOLUTION]
    passed = [end - detected for end in ends]
    if any(each > target for each, target in zip(passed, targets, strict=True)):
        return "breached"
    risks = [each >= 0.75 * target for each, target in zip(passed, targets, strict=True)]
    return "at_risk" if any(risk and runs for risk, runs in zip(risks, running, strict=True)) else "ok"


def ordered(life):
    detected, acknowledged, resolved, promised = life
    acknowledged = None if acknowledged is None else detected + acknowledged
    resolved = None if resolved is None else max(detected + resolved, acknowledged or 0)
    return detected, acknowledged, resolved, promised


def live(number, life, agreement):
    """One incident that goes through its life, stamped at each step as the operations do."""
    detected, acknowledged, resolved, promised = life
    steps = [("detected_at", detected, "open"), ("acknowledged_at", acknowledged, "in_progress")]
    steps.append(("resolved_at", resolved, "resolved"))
    client = {"client": agreement.subscription.client} if promised else {}
    incident = IncidentFactory.build(title=f"Number {number}", severity="P1", **client)
    if not promised:
        incident = IncidentFactory(severity="P1")
    else:
        incident.reporter.save()
    for name, moment, status in steps:
        if moment is None:
            continue
        with time_machine.travel(START + MINUTE * moment, tick=False):
            setattr(incident, name, START + MINUTE * moment)
            incident.status = status
            incident.resolved_by = system_principal() if status == "resolved" else None
            stamp(incident)
            incident.save()
    return incident


@given(lives=st.lists(LIVES, min_size=1, max_size=6), later=st.integers(0, 500))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filters_agree_with_a_naive_calculation(lives, later):
    with context(actor=system_principal(), operation=registry["system.seed"]):
        agreement = AgreementFactory(response_time_minutes=RESPONSE, resolution_time_hours=RESOLUTION // 60)
        lives = [ordered(life) for life in lives]
        incidents = {live(number, life, agreement).pk: life for number, life in enumerate(lives)}
    latest = max(moment for life in lives for moment in life[:3] if moment is not None)
    now = START + MINUTE * (latest + later)
    expected = {pk: naive_state(life, now) for pk, life in incidents.items()}

    found = {
        pk: str(state)
        for state in SlaState
        for pk in Incident.objects.filter(in_state(state, now), pk__in=incidents).values_list("pk", flat=True)
    }
    assert found == expected
    assert {each.pk: str(state_of(each, now)) for each in Incident.objects.filter(pk__in=incidents)} == expected
    shown = Incident.objects.filter(due_before(now), pk__in=incidents).values_list("pk", flat=True)
    assert set(shown) == {pk for pk, life in incidents.items() if _overdue(life, now)}


def _overdue(life, now):
    """Whether a clock that still runs is past its due time."""
    detected, acknowledged, resolved, promised = life
    passed = (now - START) / MINUTE - detected
    pending = [RESOLUTION] if resolved is None else []
    pending += [RESPONSE] if acknowledged is None and resolved is None else []
    return promised and any(passed > target for target in pending)


CHANGES = st.lists(
    st.tuples(st.integers(0, 900), st.sampled_from(["premium", "standard", "basic"]), st.sampled_from(["P1", "P3"])),
    max_size=5,
)


def offer(tier):
    return ApplicableAgreement(1, 1, tier, START.date(), None, None, 1, "P1", RESPONSE, RESOLUTION, False, CALENDAR)


@given(changes=CHANGES, later=st.integers(0, 6_000))
@settings(max_examples=60, deadline=None)
def test_the_clock_counts_each_minute_under_the_terms_of_its_time(changes, later):
    """A minute-by-minute count: each minute belongs to the terms that held when it began."""
    moments = sorted({step for step, _, _ in changes})
    held = {step: terms_of(offer(tier), severity, START) for step, tier, severity in changes}
    first = terms_of(offer("basic"), "P3", START)
    clock = Clock().running(first, since=START, now=START)
    for step in moments:
        clock = clock.running(held[step], since=START, now=START + MINUTE * step)
    end = max([*moments, 0]) + later

    counted, terms = 0, first
    for step in range(end):
        terms = held.get(step, terms)
        counted += terms.hours is None or _is_open(START + MINUTE * step)
    assert clock.elapsed(START + MINUTE * end) == MINUTE * counted


def _is_open(moment):
    """Nine to five in Berlin, an hour ahead of UTC in November, on the days of HOURS."""
    return moment.strftime("%a").lower() in HOURS and 8 <= moment.hour < 16


def test_many_changes_are_merged_without_losing_time():
    clock = Clock().running(SlaTerms(agreement_id=0, coverage="round_the_clock"), since=START, now=START)
    for step in range(1, 200):
        terms = SlaTerms(agreement_id=step, coverage="round_the_clock", resolution_minutes=500)
        clock = clock.running(terms, since=START, now=START + MINUTE * step)
    assert len(clock.stretches) == 50
    assert clock.elapsed(START + MINUTE * 300) == MINUTE * 300
    assert clock.due(ElapsedTime(MINUTE * 500, MINUTE * 500)) == due(None, START, MINUTE * 500)


class TestOverHttp:
    def _three(self):
        moment = datetime.now(UTC).replace(microsecond=0)
        subscription = SubscriptionFactory()
        agreement = AgreementFactory(subscription=subscription)
        made = []
        for due_in in (-10, 10, 100):
            due_at = moment + MINUTE * due_in
            stamped = {"sla_agreement": agreement, "response_due_at": due_at, "sla_due_at": due_at}
            made.append(IncidentFactory(sla_at_risk_at=due_at - MINUTE * 30, **stamped).pk)
        return moment, made

    def _ids(self, api, query):
        return [row["id"] for row in api(IM).get(f"/incidents/?{query}", expect=200).json()["results"]]

    def test_by_state_and_by_due_time(self, api):
        moment, (late, risky, fine) = self._three()
        none = IncidentFactory().pk
        assert self._ids(api, "sla_state=breached") == [late]
        assert self._ids(api, "sla_state=at_risk") == [risky]
        assert self._ids(api, "sla_state=ok") == [fine]
        assert self._ids(api, "sla_state=none") == [none]
        soon = (moment + MINUTE * 20).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert self._ids(api, f"due_before={soon}") == [risky, late]
        assert self._ids(api, f"due_before={soon}&sla_state=at_risk&severity=P3") == [risky]

    def test_the_same_request_answers_differently_when_time_has_passed(self, api):
        moment, (late, risky, _) = self._three()
        with time_machine.travel(moment + MINUTE * 11, tick=False):
            assert self._ids(api, "sla_state=breached") == [risky, late]

    @pytest.mark.parametrize(("query", "field"), [("sla_state=late", "sla_state"), ("due_before=soon", "due_before")])
    def test_other_values_are_refused(self, api, query, field):
        assert fields(api(IM).get(f"/incidents/?{query}", expect=400, code="invalid_filter")) == {field}

    @pytest.mark.parametrize(
        "query",
        [
            *("due_before=2100-01-01T00:00:00Z", "sla_state=breached", "sla_state=none"),
            *("response_due_at__lte=2100-01-01T00:00:00Z", "response_due_at__in=2026-11-20T08:00:00Z"),
            *("resolution_due_at__gte=2026-11-20T08:00:00Z", "resolution_due_at=2026-11-20T08:00:00Z"),
            *("sla_agreement_id={agreement}", "sla_agreement_id__in=0,{agreement}"),
        ],
    )
    def test_filters_disclose_no_service_levels_of_others(self, api, query):
        """Where the due times are not shown, asking for one moment after another must not find them out."""
        product = ProductFactory(vendor=VendorFactory())
        agreement = None if query == "sla_state=none" else AgreementFactory()
        query = query.format(agreement=agreement and agreement.pk)
        times = ("response_due_at", "resolution_due_at", "sla_due_at", "sla_at_risk_at")
        stamped = dict.fromkeys(times, agreement and START)
        incident = IncidentFactory(component=ComponentFactory(product=product), sla_agreement=agreement, **stamped)
        affected = AffectedClientFactory(incident=incident).client
        vendor_contact = UserFactory(role=VC, vendor=product.vendor)
        own, further = (UserFactory(role=CC, client=client) for client in (incident.client, affected))
        for reader, expected in ((own, [incident.pk]), (further, []), (vendor_contact, [])):
            assert [row["id"] for row in api(reader).get("/incidents/", expect=200).json()["results"]] == [incident.pk]
            found = api(reader).get(f"/incidents/?{query}", expect=200).json()["results"]
            assert [row["id"] for row in found] == expected
            counted = api(reader).get(f"/discovery/?entity_type=incident&{query}", expect=200).json()["count"]
            assert counted == len(expected)

    def test_both_are_known_filters(self):
        assert {"sla_state", "due_before"} <= set(IncidentFilters.base_filters)


def test_incidents_at_risk_or_due_are_read_off_one_index():
    now = datetime.now(UTC)
    _without_sequential_scans()
    for condition in (due_before(now), in_state("at_risk", now)):
        assert "incident_sla_running" in Incident.objects.filter(condition).order_by().explain()


def test_breached_ones_are_read_off_two():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite reads an index for one side of an alternative only when the index's own column is compared")
    _without_sequential_scans()
    plan = Incident.objects.filter(in_state("breached", datetime.now(UTC))).order_by().explain()
    assert "incident_sla_running" in plan
    assert "incident_sla_breached" in plan


def _without_sequential_scans():
    """On an empty table PostgreSQL would take nothing else; what is asked is whether an index can serve."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
