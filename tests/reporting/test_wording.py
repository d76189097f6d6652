"""The texts of reports: consistent sentences, and escaped text in every format."""

import pytest

from reporting.reports.markdown import text
from reporting.reports.phrases import NO_CAUSE, cause_outside
from tests.clients.factories import AgreementFactory
from tests.incidents.factories import IncidentFactory
from users.choices import IM


@pytest.mark.parametrize(
    ("value", "marked"),
    [
        ("13.3 %", "13.3 %"),
        ("1. First", r"1\. First"),
        ("2) Second", r"2\) Second"),
        ("- none", r"\- none"),
        ("+49 30 1", r"\+49 30 1"),
        ("7", "7"),
        ("2026.", r"2026\."),
    ],
)
def test_a_number_is_a_number_in_markdown_and_a_list_is_none(value, marked):
    assert text(value) == marked


@pytest.mark.parametrize(
    ("finding", "approved", "told"),
    [
        ("A leak.", True, "A leak."),
        ("A leak.", False, "The root cause analysis is not finished."),
        ("", False, NO_CAUSE),
    ],
)
def test_clients_and_staff_read_consistent_root_causes(finding, approved, told):
    assert cause_outside({"root_cause": finding, "approved": approved, "undetermined_reason": ""}) == told


@pytest.mark.django_db
def test_brief_lists_distinguish_records(api):
    one, other = (AgreementFactory(severity_level="P1") for _ in range(2))
    for kind in ("subscription", "sla"):
        found = api(IM).get(f"/discovery/?entity_type={kind}", expect=200).json()["results"]
        assert len({each["label"] for each in found}) == 2
    labels = {each["label"] for each in found}
    assert labels == {
        f"P1 · {each.subscription.product.product_name} · {each.subscription.client.name}" for each in (one, other)
    }


@pytest.mark.django_db
def test_the_report_does_not_show_a_later_title(api):
    incident = IncidentFactory(title="Old")
    api(IM).patch(f"/incidents/{incident.pk}/", {"title": "New"}, expect=200)
    entries = api(IM).get(f"/incidents/{incident.pk}/timeline/", expect=200).json()["results"]
    assert [each["summary"] for each in entries if each["kind"] == "created"] == ["Recorded."]
