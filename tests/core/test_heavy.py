"""Heavy reads take turns: one of each caller, a bounded number on the machine, and none is left over."""

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections

from core.errors import Refusal
from core.turns.heavy import heavy_turn, take_turn
from tests.api import Api
from tests.resolution.factories import mitigated
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM

pytestmark = pytest.mark.django_db
TABLE = {"Accept": "text/csv"}
HEAVY = ["/audit-entries/verify/", "/analytics/"]


@pytest.fixture(autouse=True)
def few(settings, request):
    settings.IMS_HEAVY_AT_ONCE, settings.IMS_TABLES_AT_ONCE = 1, 1
    settings.IMS_INSTALLATION = f"test-{request.node.name}-{id(request)}"[-40:].replace("/", "_")


@pytest.mark.parametrize("path", HEAVY)
def test_a_heavy_read_beyond_the_bound_is_told_when_to_come_back(path):
    caller = Api(UserFactory(role=EX))
    with heavy_turn(UserFactory(role=IM)):
        refused = caller.get(path, expect=429, code="throttled")
        assert (int(refused["Retry-After"]) > 0, refused.json()["rule"]) == (True, "heavy_reads")
        caller.get("/me/", expect=200)
    caller.get(path, expect=200)


def test_a_caller_has_one_at_a_time(settings):
    settings.IMS_HEAVY_AT_ONCE = 5
    caller = Api(UserFactory(role=EX))
    with heavy_turn(caller.user):
        refused = caller.get("/analytics/", expect=429, code="throttled")
        assert "yours" in refused.json()["detail"]
        Api(UserFactory(role=EX)).get("/analytics/", expect=200)


def test_one_records_verification_and_small_reads_need_no_turn():
    caller, vendor = Api(UserFactory(role=EX)), VendorFactory()
    with heavy_turn(caller.user):
        caller.get(f"/audit-entries/verify/?reference_type=vendor&reference_id={vendor.pk}", expect=200)
        caller.get("/vendors/", expect=200)


def test_an_invalid_or_forbidden_read_takes_no_turn():
    caller = Api(UserFactory(role=EX))
    with heavy_turn(caller.user):
        caller.get("/analytics/?colour=red", expect=429)
    caller.get("/analytics/?colour=red", expect=400)
    caller.get("/analytics/", expect=200)


def give_up(answer):
    """Close a response as a server does, but keep the connection, which has the test's transaction."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


def test_a_table_keeps_its_turn_until_it_is_sent_or_given_up():
    caller = Api(UserFactory(role=EX), **TABLE)
    VendorFactory()
    begun = caller.get("/vendors/", expect=200)
    caller.get("/vendors/", expect=429, code="throttled")
    give_up(begun)
    whole = caller.get("/vendors/", expect=200)
    assert b"".join(whole.streaming_content).count(b"\n") == 2
    give_up(whole)
    caller.get("/vendors/?ordering=colour", expect=400)
    give_up(caller.get("/vendors/", expect=200))


def test_a_pdf_takes_a_turn_and_other_formats_do_not():
    report = postmortem(mitigated(status="in_progress"))
    caller = Api(UserFactory(role=EX))
    with heavy_turn(caller.user):
        caller.get(f"/incident-reports/{report}/download/?as=pdf", expect=429, code="throttled")
        caller.get(f"/incident-reports/{report}/download/?as=html", expect=200)


def postmortem(incident):
    resolver = Api(UserFactory(role=IM))
    resolved = resolver.post(f"/incidents/{incident.pk}/resolve/", {"resolution_summary": "Restarted."}, expect=200)
    return resolved.json()["postmortem_report_id"]


def test_turns_are_shared_by_processes_and_freed_by_a_death(settings):
    """Two files opened apart exclude each other as those of two processes do."""
    release = take_turn(UserFactory())
    with pytest.raises(Refusal):
        take_turn(UserFactory())
    release()
    take_turn(UserFactory())()
