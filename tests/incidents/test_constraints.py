"""Constraints of incidents, which the database enforces for every writer."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from incidents.choices import INCIDENT_MOVES, REOPEN_MOVES, STATUS_ENDPOINTS, UPDATE_MOVES, IncidentStatus
from incidents.codes import id_of_code, incident_code
from incidents.models import Incident
from tests.incidents.factories import AffectedClientFactory, IncidentFactory, NoteFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
EARLIER = NOW - timedelta(days=1)

# Broken by a new record, forgiven to an imported one.
FORGIVEN = [
    {"occurred_at": NOW + timedelta(days=1)},
    {"acknowledged_at": EARLIER},
    {"resolved_at": EARLIER, "status": "resolved"},
    {"resolved_at": NOW, "closed_at": EARLIER, "status": "closed"},
    {"status": "resolved"},
    {"status": "open", "resolved_at": NOW},
    {"status": "closed", "resolved_at": NOW},
    {"status": "resolved", "resolved_at": NOW, "closed_at": NOW},
]
# Broken by nobody.
ABSOLUTE = [
    {"category": "boredom"},
    {"severity": "P5", "peak_severity": "P1"},
    {"severity": "P1", "peak_severity": "P2"},
    {"impact_level": "huge"},
    {"urgency": "huge"},
    {"status": "lost"},
    {"detection_source": "rumour"},
    {"resolution_code": "magic"},
    {"title": ""},
]


@pytest.mark.parametrize("broken", [*FORGIVEN, *ABSOLUTE])
def test_no_new_record_breaks_a_rule(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentFactory(**broken)


@pytest.mark.parametrize("broken", FORGIVEN)
def test_an_imported_record_may_violate_constraints_of_new_records(broken):
    IncidentFactory(**broken, imported_row={"incident_id": "1"})


@pytest.mark.parametrize("broken", ABSOLUTE)
def test_an_imported_record_keeps_the_rest(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentFactory(**broken, imported_row={"incident_id": "1"})


def test_uniqueness_always_holds():
    first = IncidentFactory(title="Straße")
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentFactory(client=first.client, title=" STRASSE", imported_row={"incident_id": "1"})
    link = AffectedClientFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        AffectedClientFactory(incident=link.incident, client=link.client)


def test_the_longest_title_has_a_key():
    incident = IncidentFactory(title="\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200)
    incident.refresh_from_db()
    assert len(incident.open_key) <= Incident._meta.get_field("open_key").max_length


def test_an_incident_is_not_its_own_duplicate():
    incident = IncidentFactory()
    incident.duplicate_of, incident.resolution_code = incident, "duplicate"
    with pytest.raises(IntegrityError, match="incident_not_its_duplicate"), transaction.atomic():
        incident.save()


def test_a_note_is_not_empty():
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteFactory(body="")


@pytest.mark.parametrize("pk", [1, 99_999_999, 123_456_789_012])
def test_a_code_names_its_incident(pk):
    assert id_of_code(incident_code(pk)) == pk


@pytest.mark.parametrize("text", ["INC-1", "INC-0000000x", "00000001", ""])
def test_other_texts_are_no_codes(text):
    assert id_of_code(text) is None


def test_the_lifecycle_is_one_table():
    assert set(INCIDENT_MOVES) == set(IncidentStatus)
    assert INCIDENT_MOVES[IncidentStatus.CLOSED] == ()
    assert UPDATE_MOVES.lifecycle is REOPEN_MOVES.lifecycle is INCIDENT_MOVES
    assert set(STATUS_ENDPOINTS) == {"escalated", "resolved", "closed"}
