"""A form whose transaction the database gave up is carried out all the same, as a request to the API is."""

import pytest
from django.db import OperationalError

from tests.console.test_acting import VENDOR, send
from tests.console.world import browser
from tests.core.test_locking import CONFLICTS, DEADLOCK, Conflicts
from tests.core.test_transactions import at_commit_of_a_vendor, caused, committed
from tests.users.factories import UserFactory
from users.choices import EX
from vendors.models import Vendor

FORM = "/console/act/vendor.create/"


@committed
@CONFLICTS
def test_a_conflict_with_another_transaction_is_repeated_unseen(facts):
    visitor = browser(UserFactory(role=EX))
    with Conflicts(facts, 1) as conflicts:
        answer = send(visitor, FORM, **VENDOR)
    assert (answer.status_code, len(conflicts.operations)) == (302, 2)
    assert answer.headers["Location"].rstrip("/").split("/")[-2:].count(str(Vendor.objects.get().pk)) == 1


@committed
def test_a_conflict_found_at_the_commit_leads_to_the_record_that_exists(monkeypatch: pytest.MonkeyPatch):
    visitor = browser(UserFactory(role=EX))
    with at_commit_of_a_vendor(monkeypatch, caused(OperationalError, **DEADLOCK), carried_out=False, times=1):
        answer = send(visitor, FORM, **VENDOR)
    assert answer.status_code == 302
    assert str(Vendor.objects.get().pk) in answer.headers["Location"].split("/")
