"""Due times follow changes of their inputs, in the same transaction, and preserve the elapsed time."""

from datetime import timedelta

import pytest

from audit.models import AuditEntry
from audit.redaction import utc_text
from clients.choices import Tier
from incidents.models import Incident
from tests.api import capture, statements
from tests.approvals.factories import approved
from tests.clients.factories import AgreementFactory, ClientFactory
from tests.incidents.factories import CommunicationFactory, EscalationFactory, IncidentFactory, WorkaroundFactory
from tests.incidents.test_service_levels import FRIDAY, MONDAY, at, berlin, in_berlin, levels, opened, promise, z
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, SA

pytestmark = pytest.mark.django_db

# A statement to update the record, and those of its audit entry: on PostgreSQL one more, which locks its chain.
SAVE_COSTS = 4


def open_one(api, agreement, moment, **changes):
    with at(moment):
        return api(IM).post("/incidents/", opened(agreement, **changes), expect=201).json()["id"]


def stretches(api, pk):
    return levels(api, pk)["arithmetic"]["stretches"]


class TestSeverity:
    def test_a_new_severity_preserves_the_elapsed_time(self, api):
        agreement = promise(Tier.PREMIUM, "P2", 60, 4)
        AgreementFactory(subscription=agreement.subscription, response_time_minutes=15, resolution_time_hours=2)
        pk = open_one(api, agreement, berlin(FRIDAY, 12))
        with at(berlin(FRIDAY, 12, 10)):
            shown = api(IM).patch(f"/incidents/{pk}/", {"severity": "P1"}, expect=200).json()
            answer = levels(api, pk)
        assert shown["response_due_at"] == z(berlin(FRIDAY, 12, 15))
        assert shown["resolution_due_at"] == z(berlin(FRIDAY, 14))
        assert (answer["response"]["elapsed_minutes"], answer["response"]["remaining_minutes"]) == (10, 5)
        assert [each["reasons"] for each in answer["arithmetic"]["stretches"]] == [
            ["detected"],
            ["severity", "agreement", "targets"],
        ]

    def test_time_counted_in_business_hours_is_preserved_under_round_the_clock(self, api):
        """Standard covers P3 in business hours and P1 always: ten minutes on Friday, none over the weekend."""
        agreement = promise(Tier.STANDARD, "P3", 600, 20)
        AgreementFactory(subscription=agreement.subscription, response_time_minutes=60, resolution_time_hours=8)
        in_berlin(agreement.subscription.client)
        pk = open_one(api, agreement, berlin(FRIDAY, 16, 50))
        with at(berlin((2026, 11, 22), 3)):
            shown = api(IM).patch(f"/incidents/{pk}/", {"severity": "P1"}, expect=200).json()
        assert shown["response_due_at"] == z(berlin((2026, 11, 22), 3, 50))
        assert shown["resolution_due_at"] == z(berlin((2026, 11, 22), 10, 50))

    def test_a_target_already_exceeded_was_due_when_it_was_used_up_and_is_breached(self, api):
        agreement = promise(Tier.PREMIUM, "P4", 2_000, 100)
        AgreementFactory(subscription=agreement.subscription, response_time_minutes=15, resolution_time_hours=2)
        pk = open_one(api, agreement, berlin(FRIDAY, 12))
        with at(berlin(FRIDAY, 15)):
            shown = api(IM).patch(f"/incidents/{pk}/", {"severity": "P1"}, expect=200).json()
            answer = levels(api, pk)
        assert shown["response_due_at"] == z(berlin(FRIDAY, 12, 15))
        assert shown["resolution_due_at"] == z(berlin(FRIDAY, 14))
        assert shown["sla_breach"] is True
        assert (answer["state"], answer["resolution"]["remaining_minutes"]) == ("breached", 120 - 180)

    def test_a_target_used_up_in_an_earlier_stretch_was_due_there(self, api):
        agreement = promise(Tier.PREMIUM, "P4", 2_000, 100)
        for severity, hours in (("P3", 72), ("P2", 24)):
            AgreementFactory(
                subscription=agreement.subscription,
                severity_level=severity,
                response_time_minutes=1_000,
                resolution_time_hours=hours,
            )
        AgreementFactory(subscription=agreement.subscription, response_time_minutes=90, resolution_time_hours=4)
        pk = open_one(api, agreement, berlin(FRIDAY, 12))
        for hour, severity in ((13, "P3"), (14, "P2"), (15, "P1")):
            with at(berlin(FRIDAY, hour)):
                shown = api(IM).patch(f"/incidents/{pk}/", {"severity": severity}, expect=200).json()
        assert shown["response_due_at"] == z(berlin(FRIDAY, 13, 30))
        assert shown["resolution_due_at"] == z(berlin(FRIDAY, 16))

    def test_lowering_the_severity_does_not_undo_a_breach(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 15, 2)
        AgreementFactory(subscription=agreement.subscription, severity_level="P4", resolution_time_hours=100)
        pk = open_one(api, agreement, berlin(FRIDAY, 12))
        with at(berlin(FRIDAY, 15)):
            change = {"severity": "P4", "severity_override_reason": "It was smaller than it looked."}
            shown = api(IM).patch(f"/incidents/{pk}/", change, expect=200).json()
            answer = levels(api, pk)
        assert shown["sla_breach"] is True
        assert answer["state"] == "breached"
        assert answer["resolution"]["breached"] is False
        assert "A breach was recorded" in answer["arithmetic"]["why"]


class TestComponentAndTerms:
    def test_another_component_brings_another_products_agreement(self, api):
        client = ClientFactory()
        first = promise(Tier.PREMIUM, "P1", 30, 4, client=client)
        second = promise(Tier.PREMIUM, "P1", 15, 2, client=client)
        components = [ComponentFactory(product=each.subscription.product) for each in (first, second)]
        pk = open_one(api, first, berlin(FRIDAY, 12), component_id=components[0].pk)
        with at(berlin(FRIDAY, 12, 5)):
            shown = api(IM).patch(f"/incidents/{pk}/", {"component_id": components[1].pk}, expect=200).json()
        assert (shown["sla_agreement_id"], shown["response_due_at"]) == (second.pk, z(berlin(FRIDAY, 12, 15)))

    def test_new_targets_of_the_agreement(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 30, 4)
        pk = open_one(api, agreement, berlin(FRIDAY, 12))
        with at(berlin(FRIDAY, 12, 10)):
            api(EX).patch(f"/sla-agreements/{agreement.pk}/", {"response_time_minutes": 20}, expect=200)
        incident = Incident.objects.get(pk=pk)
        assert incident.response_due_at == berlin(FRIDAY, 12, 20)
        assert incident.resolution_due_at == berlin(FRIDAY, 16)
        entry = AuditEntry.objects.filter(reference_type="incident", reference_id=pk).latest("sequence")
        assert (entry.operation, entry.action) == ("sla.update", "update")
        assert entry.changes["response_due_at"]["new"] == utc_text(berlin(FRIDAY, 12, 20))

    def test_an_agreement_that_comes_later_counts_since_the_detection(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 30, 4)
        agreement.change(status="inactive")
        pk = open_one(api, agreement, berlin(FRIDAY, 12))
        assert Incident.objects.get(pk=pk).sla_agreement_id is None
        with at(berlin(FRIDAY, 12, 10)):
            api(EX).patch(f"/sla-agreements/{agreement.pk}/", {"status": "active"}, expect=200)
        incident = Incident.objects.get(pk=pk)
        assert (incident.sla_agreement_id, incident.response_due_at) == (agreement.pk, berlin(FRIDAY, 12, 30))

    def test_agreements_made_together_reach_the_open_incidents(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 30, 4)
        pk = open_one(api, None, berlin(FRIDAY, 12), client_id=agreement.subscription.client_id, severity="P3")
        given = {"severity_level": "P3", "response_time_minutes": 60, "resolution_time_hours": 8}
        bulk = {"subscription_id": agreement.subscription_id, "agreements": [given]}
        with at(berlin(FRIDAY, 12, 10)):
            made = api(EX).post("/sla-agreements/bulk/", bulk, expect=201).json()["agreements"][0]
        assert Incident.objects.get(pk=pk).sla_agreement_id == made["id"]

    def test_a_suspended_subscription_no_longer_applies(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 30, 4)
        pk = open_one(api, agreement, berlin(FRIDAY, 12))
        path = f"/subscriptions/{agreement.subscription_id}/"
        with at(berlin(FRIDAY, 12, 10)):
            api(EX).patch(path, {"status": "suspended"}, expect=200)
        incident = Incident.objects.get(pk=pk)
        assert (incident.sla_agreement_id, incident.response_due_at, incident.sla_due_at) == (None, None, None)
        with at(berlin(FRIDAY, 12, 40)):
            api(IM).patch(path, {"status": "active"}, expect=200)
        incident.refresh_from_db()
        assert incident.response_due_at == berlin(FRIDAY, 12, 30)  # ten minutes kept, and thirty counted since

    def test_another_tier_brings_another_coverage(self, api):
        agreement = promise(Tier.PREMIUM, "P3", 30, 8)
        subscription = agreement.subscription
        subscription.change(subscription_type="custom")
        in_berlin(subscription.client)
        pk = open_one(api, agreement, berlin(FRIDAY, 16, 50))
        with at(berlin(FRIDAY, 17, 10)):
            change = {"service_level_tier": "basic"}
            api(EX).patch(f"/subscriptions/{subscription.pk}/", change, expect=200)
        # Twenty minutes counted round the clock; the last ten are Monday's first.
        assert Incident.objects.get(pk=pk).response_due_at == berlin(MONDAY, 9, 10)

    def test_a_new_calendar_counts_from_now_and_the_old_one_until_now(self, api):
        agreement = promise(Tier.BASIC, "P3", 300, 24)
        client = agreement.subscription.client
        in_berlin(client)
        pk = open_one(api, agreement, berlin(FRIDAY, 16))
        calendar = {"timezone": "Europe/Berlin", "weekly_hours": {"sat": [["10:00", "20:00"]]}}
        with at(berlin(FRIDAY, 20)):
            caller, path = api(SA), f"/clients/{client.pk}/calendar/"
            caller.put(path, calendar, expect=403, code="approval_required")
            approval = approved(caller, api(EX), "client.set_calendar", calendar, client)
            caller.put(path, calendar, approval=approval, expect=200)
        # One hour on Friday under the old hours, four on Saturday under the new ones.
        assert Incident.objects.get(pk=pk).response_due_at == berlin((2026, 11, 21), 14)
        with at(berlin((2026, 11, 21), 11)):
            answer = levels(api, pk)
        assert answer["response"]["elapsed_minutes"] == 120
        assert [each["minutes"] for each in answer["arithmetic"]["stretches"]] == [60, 60]

    def test_other_clients_and_resolved_incidents_are_unaffected(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 30, 4)
        client = agreement.subscription.client
        moment = berlin(FRIDAY, 12)
        untouched = [
            IncidentFactory(severity="P1"),
            IncidentFactory(severity="P1", client=client, status="resolved", detected_at=moment, resolved_at=moment),
        ]
        with at(berlin(FRIDAY, 13)):
            api(EX).patch(f"/sla-agreements/{agreement.pk}/", {"response_time_minutes": 20}, expect=200)
        assert [Incident.objects.get(pk=each.pk).version for each in untouched] == [1, 1]

    @pytest.mark.parametrize("affected", [1, 6])
    def test_a_restamp_costs_two_statements_and_one_save_for_each_affected_incident(self, api, affected):
        agreement = promise(Tier.PREMIUM, "P1", 30, 4)
        calendar = {"timezone": "UTC", "weekly_hours": {"sat": [["10:00", "20:00"]]}}
        caller, path = api(SA), f"/clients/{agreement.subscription.client_id}/calendar/"
        for number in range(affected):
            open_one(api, agreement, berlin(FRIDAY, 12), title=f"Affected {number}")
        with at(berlin(FRIDAY, 12, 5)), capture() as nothing:  # premium counts no business hours
            caller.put(path, calendar, expect=200)
        agreement.subscription.change(service_level_tier="basic")
        with at(berlin(FRIDAY, 12, 10)), capture() as everything:
            caller.put(path, {**calendar, "timezone": "Europe/Berlin"}, expect=200)
        assert Incident.objects.filter(sla_agreement=agreement, version=2).count() == affected
        # Making the calendar costs one statement less than changing it, and as many for its audit entry but two.
        assert len(statements(everything)) - len(statements(nothing)) <= 3 + SAVE_COSTS * affected
        restamps = [each for each in statements(nothing) if "clients_slaagreement" in each or "ORDER BY" in each]
        assert len([each for each in restamps if "incidents_incident" in each or "clients_subscription" in each]) == 2


class TestAcknowledging:
    def test_the_response_time_does_not_change_after_the_response(self, api):
        agreement = promise(Tier.PREMIUM, "P2", 60, 4)
        AgreementFactory(subscription=agreement.subscription, response_time_minutes=15, resolution_time_hours=2)
        pk = open_one(api, agreement, berlin(FRIDAY, 12))
        with at(berlin(FRIDAY, 12, 20)):
            api(IM).patch(f"/incidents/{pk}/", {"status": "in_progress"}, expect=200)
        with at(berlin(FRIDAY, 12, 30)):
            api(IM).patch(f"/incidents/{pk}/", {"severity": "P1"}, expect=200)
        with at(berlin(FRIDAY, 13)):
            answer = levels(api, pk)
        assert answer["response"] == {
            "due_at": z(berlin(FRIDAY, 13)),
            "elapsed_minutes": 20,
            "remaining_minutes": 40,
            "breached": False,
            "met_at": z(berlin(FRIDAY, 12, 20)),
        }
        assert answer["resolution"]["due_at"] == z(berlin(FRIDAY, 14))
        assert answer["state"] == "ok"

    def test_a_late_acknowledgement_stamps_the_breach(self, api):
        pk = open_one(api, promise(Tier.PREMIUM, "P1", 15, 2), berlin(FRIDAY, 12))
        assert Incident.objects.get(pk=pk).sla_breach is False
        with at(berlin(FRIDAY, 12, 16)):
            shown = api(IM).patch(f"/incidents/{pk}/", {"status": "in_progress"}, expect=200).json()
        assert shown["sla_breach"] is True
        assert AuditEntry.objects.filter(reference_type="incident", reference_id=pk).count() == 2

    def test_an_escalation_taken_up_late_stamps_it_too(self, api):
        pk = open_one(api, promise(Tier.PREMIUM, "P1", 15, 2), berlin(FRIDAY, 12))
        target = UserFactory(role=IM)
        incident = Incident.objects.get(pk=pk).change(status="escalated")
        escalation = EscalationFactory(incident=incident, target_user=target)
        with at(berlin(FRIDAY, 12, 16)):
            api(target).post(f"/escalations/{escalation.pk}/acknowledge/", {}, expect=200)
        incident.refresh_from_db()
        assert (incident.sla_breach, incident.acknowledged_at) == (True, berlin(FRIDAY, 12, 16))

    def test_escalating_after_the_due_time_stamps_it(self, api):
        pk = open_one(api, promise(Tier.PREMIUM, "P1", 15, 2), berlin(FRIDAY, 12))
        given = {"incident_id": pk, "target_user_id": UserFactory(role=EX).pk, "reason": "Nobody answers."}
        with at(berlin(FRIDAY, 12, 16)):
            api(IM).post("/escalations/", given, expect=201)
        assert Incident.objects.get(pk=pk).sla_breach is True


class TestResolving:
    def _work(self, api, agreement, **changes):
        """An acknowledged incident that may be resolved."""
        pk = open_one(api, agreement, berlin(FRIDAY, 12), **changes)
        incident = Incident.objects.get(pk=pk)
        WorkaroundFactory(incident=incident)
        contact = UserFactory(role=CC, client=incident.client)
        delivered = {"recipient_type": "client_contact", "recipient_user": contact, "delivery_status": "delivered"}
        CommunicationFactory(incident=incident, **delivered)
        with at(berlin(FRIDAY, 12, 5)):
            api(IM).patch(f"/incidents/{pk}/", {"status": "in_progress"}, expect=200)
        return pk

    def _resolve(self, api, pk, moment):
        with at(moment):
            return api(IM).post(f"/incidents/{pk}/resolve/", {"resolution_summary": "Restarted."}, expect=200).json()

    def test_a_resolution_in_time_stops_the_clock_without_a_breach(self, api):
        pk = self._work(api, promise(Tier.PREMIUM, "P1", 15, 2))
        shown = self._resolve(api, pk, berlin(FRIDAY, 13))
        assert shown["sla_breach"] is False
        with at(berlin(MONDAY, 12)):
            answer = levels(api, pk)
        assert answer["state"] == "ok"
        assert answer["resolution"] == {
            "due_at": z(berlin(FRIDAY, 14)),
            "elapsed_minutes": 60,
            "remaining_minutes": 60,
            "breached": False,
            "met_at": z(berlin(FRIDAY, 13)),
        }

    def test_a_late_resolution_stamps_the_breach(self, api):
        pk = self._work(api, promise(Tier.PREMIUM, "P1", 15, 2))
        assert self._resolve(api, pk, berlin(FRIDAY, 14, 1))["sla_breach"] is True

    def test_the_resolution_and_its_stamps_are_one_entry(self, api):
        pk = self._work(api, promise(Tier.PREMIUM, "P1", 15, 2))
        self._resolve(api, pk, berlin(FRIDAY, 14, 1))
        trail = AuditEntry.objects.filter(reference_type="incident", reference_id=pk, operation="incident.resolve")
        assert [each.changes["sla_breach"] for each in trail] == [{"old": False, "new": True}]

    def test_after_a_reopening_the_clock_runs_on_without_the_time_between(self, api):
        pk = self._work(api, promise(Tier.PREMIUM, "P1", 15, 2))
        self._resolve(api, pk, berlin(FRIDAY, 13))
        with at(berlin(MONDAY, 9)):
            shown = api(IM).post(f"/incidents/{pk}/reopen/", {"reason": "It is back."}, expect=200).json()
            answer = levels(api, pk)
        assert shown["resolution_due_at"] == z(berlin(MONDAY, 10))
        assert (shown["sla_breach"], answer["state"]) == (False, "ok")
        assert answer["resolution"]["elapsed_minutes"] == 60
        assert [each["reasons"] for each in answer["arithmetic"]["stretches"]] == [["detected"], ["reopened"]]
        with at(berlin(MONDAY, 9, 31)):
            assert levels(api, pk)["state"] == "at_risk"
        assert self._resolve(api, pk, berlin(MONDAY, 10, 1))["sla_breach"] is True

    def test_an_incident_resolved_before_clocks_existed_gets_a_new_clock(self, api):
        agreement = promise(Tier.PREMIUM, "P1", 15, 2)
        moment = berlin((2026, 11, 2), 12)
        with at(moment):
            old = IncidentFactory(
                client=agreement.subscription.client,
                severity="P1",
                status="resolved",
                detected_at=moment,
                acknowledged_at=moment,
                resolved_at=moment,
            )
        with at(berlin(FRIDAY, 12)):
            shown = api(IM).post(f"/incidents/{old.pk}/reopen/", {"reason": "It is back."}, expect=200).json()
        assert (shown["resolution_due_at"], shown["response_due_at"]) == (z(berlin(FRIDAY, 14)), None)
        assert shown["sla_breach"] is False

    @pytest.mark.parametrize(("rto", "breached"), [(60, False), (59, True)])
    def test_the_recovery_time_is_counted_by_the_wall_clock(self, api, rto, breached):
        pk = self._work(api, promise(Tier.BASIC, "P1", 300, 24, rto_minutes=rto))
        assert self._resolve(api, pk, berlin(FRIDAY, 13))["rto_breach"] is breached

    def test_a_stated_downtime_counts_instead(self, api):
        pk = self._work(api, promise(Tier.BASIC, "P1", 300, 24, rto_minutes=30))
        with at(berlin(FRIDAY, 12, 10)):
            api(IM).patch(f"/incidents/{pk}/", {"downtime_minutes": 30}, expect=200)
        assert self._resolve(api, pk, berlin(FRIDAY, 13))["rto_breach"] is False
        with at(berlin(FRIDAY, 14)):
            shown = api(IM).patch(f"/incidents/{pk}/", {"downtime_minutes": 31}, expect=200).json()
            assert shown["rto_breach"] is True
            shown = api(IM).patch(f"/incidents/{pk}/", {"downtime_minutes": 1}, expect=200).json()
        assert shown["rto_breach"] is True

    def test_recovery_objectives_count_without_an_agreement(self, api):
        agreement = promise(Tier.BASIC, "P2", 300, 24, rto_minutes=30)
        pk = self._work(api, agreement, severity="P1")
        shown = self._resolve(api, pk, berlin(FRIDAY, 13))
        assert (shown["sla_agreement_id"], shown["rto_breach"]) == (None, True)


def test_irrelevant_changes_do_not_affect_the_clock(api):
    pk = open_one(api, promise(Tier.PREMIUM, "P1", 15, 2), berlin(FRIDAY, 12))
    before = Incident.objects.get(pk=pk)
    with at(berlin(FRIDAY, 12) + timedelta(hours=3)):
        api(IM).patch(f"/incidents/{pk}/", {"title": "Another title"}, expect=200)
    after = Incident.objects.get(pk=pk)
    assert (after.sla_history, after.sla_breach) == (before.sla_history, False)
