"""The missing preconditions of resolving and closing an incident."""

import re

import pytest

from audit.models import AuditEntry
from core.operations.registry import registry
from tests.api import capture, statements
from tests.changes.factories import ChangeFactory
from tests.incidents.factories import (
    AffectedClientFactory,
    CommunicationFactory,
    EscalationFactory,
    IncidentFactory,
    NoteFactory,
    WorkaroundFactory,
)
from tests.products.factories import ComponentFactory
from tests.resolution.factories import mitigated, reviewed
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, IM, TS, VC

pytestmark = pytest.mark.django_db


def path(incident):
    return f"/incidents/{incident.pk}/readiness/"


def lacking(verdict):
    return [each["code"] for each in verdict["missing"]]


def test_a_new_incident_lacks_everything(api):
    incident = IncidentFactory(severity="P1")
    EscalationFactory(incident=incident)

    answer = api(IM).get(path(incident), expect=200).json()

    assert answer["resolve"]["ready"] is answer["close"]["ready"] is False
    assert lacking(answer["resolve"]) == ["not_mitigated", "client_not_informed", "escalation_open"]
    assert lacking(answer["close"]) == [
        "invalid_transition",
        "not_mitigated",
        "postmortem_not_reviewed",
        "root_cause_missing",
    ]
    assert all(each["detail"] for each in answer["resolve"]["missing"] + answer["close"]["missing"])


def test_a_mitigated_incident_is_ready_to_be_resolved(api):
    answer = api(TS).get(path(mitigated()), expect=200).json()
    assert answer["resolve"] == {"ready": True, "missing": []}


def test_a_reviewed_incident_is_ready_to_be_closed(api):
    answer = api(TS).get(path(reviewed()), expect=200).json()
    assert answer["close"] == {"ready": True, "missing": []}
    assert lacking(answer["resolve"]) == ["invalid_transition"]


def test_missing_supervision_is_reported(api):
    answer = api(IM).get(path(mitigated(vendor_initiated=True)), expect=200).json()
    assert lacking(answer["resolve"]) == ["supervision_missing"]


def test_readiness_and_resolving_agree(api):
    incident = IncidentFactory(status="in_progress")
    ChangeFactory(incident=incident, status="in_progress")
    told = lacking(api(IM).get(path(incident)).json()["resolve"])
    refused = api(IM).post(f"/incidents/{incident.pk}/resolve/", {"resolution_summary": "Done."}, expect=409)
    assert [item["code"] for item in refused.json()["errors"]] == told


def test_reading_it_is_a_discovery_in_scope(api):
    incident, reader = IncidentFactory(), api(IM)
    reader.get(path(incident), expect=200)
    entry = AuditEntry.objects.filter(user=reader.user, action="entity_discovery").get()
    assert (entry.reference_type, entry.reference_id) == ("incident", incident.pk)
    api(CC).get(path(incident), expect=404, code="not_found")


def contacts_of(incident):
    """A contact of the incident's client, of another that it affects, and of the component's vendor."""
    affected = AffectedClientFactory(incident=incident).client
    return {
        "client": UserFactory(role=CC, client=incident.client),
        "affected": UserFactory(role=CC, client=affected),
        "vendor": UserFactory(role=VC, vendor=incident.component.product.vendor),
    }


@pytest.mark.parametrize(
    ("contact", "to_resolve", "to_close"),
    [
        ("client", ["not_mitigated", "client_not_informed", "not_disclosed"], ["postmortem_not_reviewed"]),
        ("affected", ["not_mitigated", "not_disclosed"], []),
        ("vendor", ["not_mitigated", "change_in_progress", "not_disclosed"], ["root_cause_missing"]),
    ],
)
def test_contacts_see_only_conditions_of_readable_records(api, contact, to_resolve, to_close):
    incident = IncidentFactory(severity="P1", component=ComponentFactory(product__vendor=VendorFactory()))
    EscalationFactory(incident=incident)
    ChangeFactory(incident=incident, status="in_progress")

    answer = api(contacts_of(incident)[contact]).get(path(incident), expect=200).json()

    assert lacking(answer["resolve"]) == to_resolve
    assert lacking(answer["close"]) == ["invalid_transition", "not_mitigated", *to_close, "not_disclosed"]
    assert "scalation" not in str(answer)


def test_ready_means_that_no_hidden_condition_is_missing(api):
    incident = mitigated(component=ComponentFactory(product__vendor=VendorFactory()))
    for contact in contacts_of(incident).values():
        assert api(contact).get(path(incident), expect=200).json()["resolve"] == {"ready": True, "missing": []}


def test_the_number_of_records_does_not_matter(api):
    reader, incident = api(IM), mitigated()
    reader.get(path(incident))
    with capture() as few:
        reader.get(path(incident), expect=200)
    for _ in range(20):
        NoteFactory(incident=incident)
        WorkaroundFactory(incident=incident)
        CommunicationFactory(incident=incident)
        EscalationFactory(incident=incident, status="resolved")
        ChangeFactory(incident=incident)
    with capture() as many:
        reader.get(path(incident), expect=200)

    assert len(statements(many)) == len(statements(few)) <= 5


def test_what_is_missing_names_the_requests_apart_from_the_sentence(api):
    """Sentences are for people: they contain no method, path or field name."""
    incident = IncidentFactory(status="in_progress", severity="P1")
    EscalationFactory(incident=incident)
    shown = api(IM).get(f"/incidents/{incident.pk}/readiness/", expect=200).json()
    missing = [*shown["resolve"]["missing"], *shown["close"]["missing"]]

    assert {"not_mitigated", "client_not_informed", "escalation_open", "root_cause_missing"} <= {
        each["code"] for each in missing
    }
    for each in missing:
        assert not re.search(r"POST|PATCH|/|_", each["detail"]) or each["code"] == "invalid_transition", each
        assert each["endpoints"] or each["code"] == "invalid_transition", each
    served = {endpoint for operation in registry for endpoint in operation.endpoints}
    assert {endpoint for each in missing for endpoint in each["endpoints"]} <= served
    refused = api(IM).post(f"/incidents/{incident.pk}/resolve/", {"resolution_summary": "Done."}, expect=409).json()
    assert all(each["endpoints"] for each in refused["errors"])
