"""SOP 18: Implementing Workarounds."""

import pytest
from django.utils import timezone

from incidents.models import Workaround
from tests.api import codes, fields
from tests.incidents.factories import IncidentFactory, WorkaroundFactory
from tests.users.factories import UserFactory
from users.choices import CC, SA, TS

pytestmark = pytest.mark.django_db


def body_for(incident, **more):
    text = {"description": "Traffic goes to the second site.", "effectiveness": "partially_effective"}
    return {"incident_id": incident.pk, **text, **more}


def test_a_workaround_is_recorded_as_active(api):
    support = api(TS)
    body = body_for(IncidentFactory(), implemented_by=support.user.pk)
    answer = support.post("/workarounds/", body, expect=201).json()
    assert (answer["status"], answer["implemented_by_id"]) == ("active", support.user.pk)


def test_bad_inputs_are_named_at_once(api):
    refused = api(SA).post("/workarounds/", {"incident_id": 9, "description": "", "effectiveness": "magic"}, expect=400)
    assert fields(refused) == {"incident_id", "description", "effectiveness"}
    assert not Workaround.objects.exists()


def test_the_implementer_is_the_caller(api):
    body = body_for(IncidentFactory(), implemented_by=UserFactory().pk)
    api(TS).post("/workarounds/", body, expect=403, code="actor_mismatch")


def test_a_closed_incident_takes_no_workaround(api):
    now = timezone.now()
    incident = IncidentFactory(status="closed", resolved_at=now, closed_at=now)
    api(TS).post("/workarounds/", body_for(incident), expect=409, code="invalid_transition")


@pytest.mark.parametrize("status", ["inactive", "replaced"])
def test_an_ended_workaround_stays_as_it_was(api, status):
    path = f"/workarounds/{WorkaroundFactory().pk}/"
    api(TS).patch(path, {"effectiveness": "ineffective"}, expect=200)
    api(TS).patch(path, {"status": status}, expect=200)
    api(TS).patch(path, {"status": "active"}, expect=409, code="invalid_transition")
    refused = api(TS).patch(path, {"effectiveness": "effective"}, expect=409, code="precondition_failed")
    assert codes(refused) == {"workaround_not_active"}


def test_client_contacts_see_none(api):
    workaround = WorkaroundFactory()
    reader = UserFactory(role=CC, client=workaround.incident.client)
    api(reader).get(f"/workarounds/{workaround.pk}/", expect=404)
