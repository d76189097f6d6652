"""Who, beyond the role: guards that several procedures share."""

import pytest

from incidents.duties import is_initiator, not_an_initiator
from tests.incidents.factories import IncidentFactory, NoteFactory
from tests.users.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_initiators_are_the_creator_and_the_reporter():
    creator, reporter, other = UserFactory(), UserFactory(), UserFactory()
    incident = IncidentFactory(created_by=creator, reporter=reporter)
    assert is_initiator(creator, incident)
    assert is_initiator(reporter, incident)
    assert not is_initiator(other, incident)


@pytest.mark.parametrize(("peak", "holds"), [("P1", False), ("P2", False), ("P3", True), ("P4", True)])
def test_initiators_are_barred_by_the_highest_severity_ever(peak, holds):
    incident = IncidentFactory(severity="P4", peak_severity=peak, severity_rested_on_facts=True)
    assert not_an_initiator.holds(incident.reporter, incident, {}) is holds
    assert not_an_initiator.holds(UserFactory(), incident, {})


@pytest.mark.parametrize("severity", ["P3", "P4"])
def test_initiators_are_barred_where_the_severity_was_only_stated(severity):
    incident = IncidentFactory(severity=severity, severity_rested_on_facts=False)
    assert not not_an_initiator.holds(incident.reporter, incident, {})
    assert not_an_initiator.holds(UserFactory(), incident, {})


def test_the_duty_applies_to_records_of_an_incident():
    note = NoteFactory(incident__severity="P1")
    assert not not_an_initiator.holds(note.incident.reporter, note, {})


def test_which_severities_are_high_is_a_setting(settings):
    settings.IMS_HIGH_SEVERITIES = ["P1"]
    incident = IncidentFactory(severity="P2", severity_rested_on_facts=True)
    assert not_an_initiator.holds(incident.reporter, incident, {})
