"""`restamp_incidents`: open incidents follow the rules of a new version, with what was counted and paused kept."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import QuerySet

from audit.models import AuditEntry
from clients.choices import Tier
from clients.models import SlaAgreement
from incidents.models import Incident
from tests.api import Api
from tests.incidents.test_service_levels import FRIDAY, at, berlin, opened, promise
from tests.users.factories import UserFactory
from users.choices import EX, IM
from users.models import SYSTEM_ID

pytestmark = pytest.mark.django_db

LATER = timedelta(days=30)


def restamp():
    out = StringIO()
    call_command("restamp_incidents", stdout=out)
    return out.getvalue().strip()


def open_one(api, *, pauses_allowed=False):
    agreement = promise(Tier.PREMIUM, "P2", 60, 4)
    QuerySet(SlaAgreement).filter(pk=agreement.pk).update(pauses_allowed=pauses_allowed)
    with at(berlin(FRIDAY, 12)):
        return api(IM).post("/incidents/", opened(agreement), expect=201).json()


def stored_by_an_older_version(pk, **columns):
    """Data written by an older version of the product."""
    QuerySet(Incident).filter(pk=pk).update(**columns)


def test_due_times_of_an_older_version_are_computed_again(api):
    one, other = open_one(api), open_one(api)
    shown = [api(EX).get(f"/incidents/{each['id']}/", expect=200).json() for each in (one, other)]
    for each in shown:
        incident = Incident.objects.get(pk=each["id"])
        due = {"resolution_due_at": incident.resolution_due_at + LATER, "sla_due_at": incident.sla_due_at + LATER}
        stored_by_an_older_version(incident.pk, **due)

    with at(berlin(FRIDAY, 12, 10)):
        assert restamp() == "2 incidents of 2 clients changed"
        assert restamp() == "0 incidents of 2 clients changed"

    for each in shown:
        again = api(EX).get(f"/incidents/{each['id']}/", expect=200).json()
        assert again["resolution_due_at"] == each["resolution_due_at"]
        chain = AuditEntry.objects.filter(reference_type="incident", reference_id=each["id"], sequence__isnull=False)
        entry = chain.latest("sequence")
        assert (entry.operation, entry.user_id) == ("incident.restamp", SYSTEM_ID)
        assert "resolution_due_at" in entry.changes
    assert api(EX).get("/audit-entries/verify/", expect=200).json()["verified"] is True


def test_a_pause_is_kept(api):
    manager = Api(UserFactory(role=IM))
    pk = open_one(api, pauses_allowed=True)["id"]
    with at(berlin(FRIDAY, 13)):
        manager.post(f"/incidents/{pk}/pauses/", {"reason": "agreed_maintenance", "note": "As agreed."}, expect=201)
    with at(berlin(FRIDAY, 14)):
        before = manager.get(f"/incidents/{pk}/sla/", expect=200).json()
        restamp()
        after = manager.get(f"/incidents/{pk}/sla/", expect=200).json()
    for clock in ("response", "resolution", "resolution_without_pauses"):
        assert after[clock] == before[clock]


def test_resolved_incidents_are_left_alone(api):
    pk = open_one(api)["id"]
    stored_by_an_older_version(pk, status="resolved", resolved_at=berlin(FRIDAY, 13), resolved_by=SYSTEM_ID)
    assert restamp() == "0 incidents of 0 clients changed"
