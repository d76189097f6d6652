"""Tampering drills: the owner of the database drops the triggers and rewrites history; each is found and located."""
# ruff: noqa: S608 - the statements are a forger's, and the tests' own

from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import triggers
from audit.chain import CONTENT, entry_hash
from audit.chain_reader import FindingKind
from audit.checkpoint_file import CheckpointFile
from audit.models import AuditEntry
from audit.verify import verify
from tests.audit.factories import discover, state
from tests.vendors.factories import VendorFactory
from users.choices import EX, SA

pytestmark = pytest.mark.django_db

TABLE = AuditEntry._meta.db_table


@dataclass
class Trail:
    """Three chains of vendors with four entries each, three discoveries, and the checkpoint file that seals them."""

    vendors: list[Any]
    discoveries: list[AuditEntry]
    file: CheckpointFile

    def entry(self, sequence: int, vendor: int = 1) -> AuditEntry:
        return AuditEntry.objects.get(reference_type="vendor", reference_id=self.vendors[vendor].pk, sequence=sequence)

    def verdict(self) -> Any:
        return verify(sealed=self.file.document, leaves=self.file.leaves())


@pytest.fixture
def trail(tmp_path):
    vendors = [VendorFactory() for _ in range(3)]
    for _ in range(3):
        for vendor in vendors:
            state(vendor)
    discoveries = [discover() for _ in range(3)]
    path = tmp_path / "checkpoint.jsonl"
    call_command("audit_checkpoint", out=path, stdout=StringIO())
    assert verify().verified
    triggers.remove(connection)
    return Trail(vendors, discoveries, CheckpointFile(path))


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def rehash(reference_type, reference_id):
    """A forgery with knowledge of the code: every link and hash of a chain is recomputed."""
    previous = "0" * 64
    chain = AuditEntry.objects.filter(reference_type=reference_type, reference_id=reference_id)
    for row in chain.order_by("sequence").values("id", *CONTENT):
        new = entry_hash(row, previous)
        run(f"UPDATE {TABLE} SET previous_hash = %s, hash = %s WHERE id = %s", previous, new, row["id"])
        previous = new


def insert_copy(of, **values):
    """A forged entry: a copy of one that is there, with other values."""
    names = [field.column for field in AuditEntry._meta.concrete_fields if field.column != "id" or "id" in values]
    selected = ", ".join("%s" if name in values else name for name in names)
    given = [values[name] for name in names if name in values]
    run(f"INSERT INTO {TABLE} ({', '.join(names)}) SELECT {selected} FROM {TABLE} WHERE id = %s", *given, of.pk)


def shift(trail, by):
    """Move the places of all that follows entry 2 of the middle vendor, the last first."""
    for sequence in (4, 3) if by > 0 else (3, 4):
        run(f"UPDATE {TABLE} SET sequence = %s WHERE id = %s", sequence + by, trail.entry(sequence).pk)


def test_an_untouched_trail_holds(trail):
    verdict = trail.verdict()
    assert verdict.verified
    assert verdict.root == trail.file.document["root"]
    assert verdict.entries == AuditEntry.objects.count()


def test_it_still_holds_after_honest_work(trail):
    state(trail.vendors[0])
    VendorFactory()
    discover()
    assert trail.verdict().verified


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "close"),
        ("operation", "x"),
        ("created_at", "2001-01-01 00:00:00+00:00"),
        ("meta", '{"a": 1}'),
        ("agent", "x"),
        ("request_id", "x"),
        ("origin", "imported"),
        ("legacy_id", 5),
        ("token_id", 5),
    ],
)
def test_a_changed_entry_is_found(trail, column, value):
    entry = trail.entry(2)
    cast = "::jsonb" if connection.vendor == "postgresql" and column == "meta" else ""
    run(f"UPDATE {TABLE} SET {column} = %s{cast} WHERE id = %s", value, entry.pk)

    finding = verify().finding

    assert (finding.kind, finding.entry_id, finding.sequence) == (FindingKind.CHANGED, entry.pk, 2)
    assert (finding.reference_type, finding.reference_id) == ("vendor", trail.vendors[1].pk)


def test_a_changed_entry_is_found_though_its_hash_was_made_to_fit(trail):
    entry = trail.entry(2)
    run(f"UPDATE {TABLE} SET operation = 'forged' WHERE id = %s", entry.pk)
    row = AuditEntry.objects.values("id", *CONTENT).get(pk=entry.pk)
    run(f"UPDATE {TABLE} SET hash = %s WHERE id = %s", entry_hash(row, entry.previous_hash), entry.pk)

    finding = verify().finding

    assert (finding.kind, finding.entry_id) == (FindingKind.REORDERED, trail.entry(3).pk)
    assert "the previous entry" in finding.problem


def test_a_chain_rewritten_from_end_to_end_is_found_by_the_checkpoint(trail):
    run(f"UPDATE {TABLE} SET operation = 'forged' WHERE id = %s", trail.entry(2).pk)
    rehash("vendor", trail.vendors[1].pk)
    assert verify().verified

    finding = trail.verdict().finding

    assert (finding.kind, finding.reference_id) == (FindingKind.CHANGED, trail.vendors[1].pk)


def test_a_deleted_entry_is_found(trail):
    gone = trail.entry(2)
    run(f"DELETE FROM {TABLE} WHERE id = %s", gone.pk)

    finding = verify().finding

    assert (finding.kind, finding.entry_id) == (FindingKind.DELETED, trail.entry(3).pk)
    assert "entry 2 of the chain is missing" in finding.problem


def test_a_deleted_entry_is_found_though_the_gap_was_closed(trail):
    run(f"DELETE FROM {TABLE} WHERE id = %s", trail.entry(2).pk)
    shift(trail, -1)
    rehash("vendor", trail.vendors[1].pk)
    assert verify().verified

    finding = trail.verdict().finding

    assert (finding.kind, finding.reference_id) == (FindingKind.TRUNCATED, trail.vendors[1].pk)


def test_an_inserted_entry_is_found(trail):
    shift(trail, 1)
    insert_copy(trail.entry(2), sequence=3)

    finding = verify().finding

    assert finding.reference_id == trail.vendors[1].pk
    assert finding.sequence == 3


def test_an_inserted_entry_is_found_though_everything_was_made_to_fit(trail):
    shift(trail, 1)
    insert_copy(trail.entry(2), sequence=3)
    forged = trail.entry(3)
    rehash("vendor", trail.vendors[1].pk)

    finding = verify().finding

    assert (finding.kind, finding.entry_id) == (FindingKind.REORDERED, trail.entry(4).pk)
    assert forged.pk > trail.entry(4).pk


def test_reordered_entries_are_found(trail):
    second, third = trail.entry(2), trail.entry(3)
    for pk, sequence in ((second.pk, 99), (third.pk, 2), (second.pk, 3)):
        run(f"UPDATE {TABLE} SET sequence = %s WHERE id = %s", sequence, pk)

    finding = verify().finding

    assert (finding.kind, finding.entry_id, finding.sequence) == (FindingKind.REORDERED, third.pk, 2)


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_truncated_tail_is_found_by_the_checkpoint(trail, kept):
    pk = trail.vendors[1].pk
    run(f"DELETE FROM {TABLE} WHERE reference_type = 'vendor' AND reference_id = %s AND sequence > %s", pk, kept)
    assert verify().verified

    finding = trail.verdict().finding

    assert (finding.kind, finding.reference_type, finding.reference_id) == (FindingKind.TRUNCATED, "vendor", pk)
    assert f"entries {kept + 1} to 4" in finding.problem


def test_a_truncated_tail_is_found_though_new_entries_took_its_place(trail):
    run(f"DELETE FROM {TABLE} WHERE id = %s", trail.entry(4).pk)
    state(trail.vendors[1], {"forged": True})

    assert trail.verdict().finding.kind is FindingKind.TRUNCATED


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_deleted_chain_is_found_by_the_checkpoint(trail, which):
    pk = trail.vendors[which].pk
    run(f"DELETE FROM {TABLE} WHERE reference_type = 'vendor' AND reference_id = %s", pk)
    assert verify().verified

    finding = trail.verdict().finding

    assert (finding.kind, finding.reference_type, finding.reference_id) == (FindingKind.CHAIN_DELETED, "vendor", pk)
    assert finding.sequence == 4


def test_all_chains_of_a_type_gone_are_found(trail):
    run(f"DELETE FROM {TABLE} WHERE reference_type = 'vendor' AND sequence IS NOT NULL")
    assert (trail.verdict().finding.kind, trail.verdict().finding.reference_id) == (
        FindingKind.CHAIN_DELETED,
        trail.vendors[0].pk,
    )


def test_a_chain_put_under_the_cut_is_found(trail):
    gone = trail.discoveries[0].pk
    run(f"DELETE FROM {TABLE} WHERE id = %s", gone)
    insert_copy(trail.entry(1), id=gone, reference_id=10**6)
    rehash("vendor", 10**6)

    finding = trail.verdict().finding

    assert (finding.kind, finding.reference_id) == (FindingKind.INSERTED, 10**6)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_deleted_discovery_entry_is_named(trail, which):
    gone = trail.discoveries[which].pk
    run(f"DELETE FROM {TABLE} WHERE id = %s", gone)
    assert verify().verified

    finding = trail.verdict().finding

    assert (finding.kind, finding.entry_id) == (FindingKind.DELETED, gone)


def test_a_changed_discovery_entry_is_named(trail):
    entry = trail.discoveries[1]
    run(f"UPDATE {TABLE} SET operation = 'forged' WHERE id = %s", entry.pk)
    assert (verify().finding.kind, verify().finding.entry_id) == (FindingKind.CHANGED, entry.pk)

    row = AuditEntry.objects.values("id", *CONTENT).get(pk=entry.pk)
    run(f"UPDATE {TABLE} SET hash = %s WHERE id = %s", entry_hash(row, ""), entry.pk)
    assert verify().verified
    assert (trail.verdict().finding.kind, trail.verdict().finding.entry_id) == (FindingKind.CHANGED, entry.pk)


def test_the_stored_leaves_name_what_was_touched_as_a_file_does(trail):
    run(f"DELETE FROM {TABLE} WHERE reference_type = 'vendor' AND reference_id = %s", trail.vendors[1].pk)
    finding = verify(sealed=trail.file.document).finding
    assert (finding.kind, finding.reference_type) == (FindingKind.CHAIN_DELETED, "vendor")

    with pytest.raises(CommandError, match=f"chain_deleted at vendor {trail.vendors[1].pk}, sequence 4"):
        call_command("audit_verify")
    with pytest.raises(CommandError, match=f"chain_deleted at vendor {trail.vendors[1].pk}, sequence 4"):
        call_command("audit_verify", checkpoint=trail.file.path)


def test_the_api_names_the_first_broken_entry_of_all_or_of_one_record(api, trail):
    entry = trail.entry(3)
    run(f"UPDATE {TABLE} SET operation = 'forged' WHERE id = %s", entry.pk)
    caller = api(SA)

    whole = caller.get("/audit-entries/verify/", expect=200).json()
    path = "/audit-entries/verify/?reference_type=vendor&reference_id="
    broken = caller.get(f"{path}{trail.vendors[1].pk}", expect=200).json()
    sound = caller.get(f"{path}{trail.vendors[0].pk}", expect=200).json()

    for answer in (whole, broken):
        assert not answer["verified"]
        assert answer["first_broken"]["entry_id"] == entry.pk
        assert answer["first_broken"]["kind"] == "changed"
    assert sound == {
        "verified": True,
        "entries": 4,
        "chains": 1,
        "archived_entries": 0,
        "checkpoint_root": None,
        "first_broken": None,
        "continue_after": None,
    }


def test_a_forged_address_is_found(api):
    vendor = VendorFactory()
    api(EX).patch(f"/vendors/{vendor.pk}/", {"status": "inactive"}, expect=200)
    entry = AuditEntry.objects.filter(reference_type="vendor", reference_id=vendor.pk).latest("id")
    assert entry.source.endswith(" 127.0.0.1")
    triggers.remove(connection)
    run(f"UPDATE {TABLE} SET source = %s WHERE id = %s", entry.source.replace("127.0.0.1", "192.0.2.1"), entry.pk)

    found = api(EX).get(f"/audit-entries/verify/?reference_type=vendor&reference_id={vendor.pk}", expect=200).json()
    assert (found["verified"], found["first_broken"]["kind"]) == (False, "changed")
    assert "seal" in found["first_broken"]["problem"]
