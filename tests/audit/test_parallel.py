"""Verification in several processes finds what one process finds."""
# ruff: noqa: S608 - the statements are a forger's

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from audit import parallel, triggers
from audit.management.commands import audit_verify
from audit.parallel import verify_in_parallel
from audit.verify import VerificationResult, latest_checkpoint_document, verify
from tests.audit.factories import discover, state
from tests.audit.test_tampering import TABLE, run
from tests.vendors.factories import VendorFactory

pytestmark = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite is verified in one process")


@pytest.fixture
def small_shares(committed, monkeypatch):
    monkeypatch.setattr(parallel, "RECORDS", 2)
    monkeypatch.setattr(parallel, "ENTRIES", 3)


def test_several_processes_find_what_one_finds(small_shares):
    vendors = [VendorFactory() for _ in range(5)]
    for vendor in vendors:
        state(vendor)
    discoveries = [discover() for _ in range(7)]
    call_command("audit_checkpoint", stdout=StringIO())
    sealed = latest_checkpoint_document()

    verdict = verify_in_parallel(2, sealed=sealed)

    assert verdict == verify(sealed=sealed)
    assert (verdict.verified, verdict.chains > len(vendors)) == (True, True)

    triggers.remove(connection)
    run(f"UPDATE {TABLE} SET operation = 'forged' WHERE id = %s", discoveries[4].pk)
    run(f"UPDATE {TABLE} SET operation = 'forged' WHERE reference_type = 'vendor' AND reference_id = %s", vendors[3].pk)
    found = verify_in_parallel(2, sealed=sealed).finding
    assert found == verify(sealed=sealed).finding
    assert found.reference_id == vendors[3].pk


@pytest.mark.parametrize(("workers", "long", "used"), [(3, 10**9, 3), (None, 0, 8), (None, 10**9, None), (1, 0, None)])
def test_the_command_uses_several_for_a_long_trail_or_as_told(small_shares, monkeypatch, workers, long, used):
    asked = []

    def stand_in(workers, progress, *, sealed):
        asked.append(workers)
        return VerificationResult(entries=7)

    monkeypatch.setattr(audit_verify, "verify_in_parallel", stand_in)
    monkeypatch.setattr(audit_verify, "LONG", long)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    call_command("audit_verify", workers=workers, stdout=StringIO())
    assert asked == ([used] if used else [])


@pytest.mark.django_db
def test_one_process_sees_what_is_not_committed(monkeypatch):
    monkeypatch.setattr(audit_verify, "LONG", 0)
    state(VendorFactory())
    out = StringIO()
    call_command("audit_verify", workers=2, stdout=out)
    assert out.getvalue().startswith(f"verified {verify().entries} entries")
