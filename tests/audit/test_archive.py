"""A full leaf of the trail: sealed, exported, dropped with an approval, and proven without the product."""

import gzip
import hashlib
import subprocess
import sys
from io import StringIO
from pathlib import Path

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit import partition_guard, partitions, triggers
from audit.completeness import unguarded
from audit.models import AuditEntry, TrailArchive
from audit.partitions import DISCOVERY, LEAF_SIZE
from audit.records import verify_records
from audit.verify import latest_checkpoint_document, verify
from core.errors import UndeclaredError
from tests.audit.factories import discover, state
from tests.console.world import browser
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, SA

VERIFIER = Path(__file__).resolve().parents[2] / "audit" / "offline" / "verify_trail.py"
FIRST = f"{DISCOVERY}_0"

postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps one table")


def sequence_to(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM audit_auditentry_id_seq")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT setval('audit_auditentry_id_seq', %s)", [number])
    return before


def command(name, **options):
    out = StringIO()
    call_command(name, stdout=out, stderr=StringIO(), **options)
    connection.check_constraints()
    return out.getvalue().strip()


@pytest.fixture
def vendor(db):
    return VendorFactory()


@pytest.fixture
def full(vendor):
    """The first leaf ends in the middle of what is written, in between chained entries."""
    state(vendor)
    discover()
    before = sequence_to(LEAF_SIZE - 3)
    for _ in range(3):
        discover()
        state(vendor)
    command("audit_checkpoint")
    yield AuditEntry.objects.filter(sequence__isnull=True, id__lt=LEAF_SIZE).count()
    sequence_to(before)


@pytest.fixture
def exported(full, tmp_path):
    path = tmp_path / "leaf.jsonl.gz"
    return path, orjson.loads(command("audit_archive", export=0, file=path))


@pytest.fixture
def people():
    return UserFactory(role=SA), UserFactory(role=EX)


def approved(api, people, contents):
    asked = {"operation": "audit.drop_leaf", "payload": contents}
    approval = api(people[0]).post("/approvals/", asked, expect=201).json()["id"]
    api(people[1]).post(f"/approvals/{approval}/approve/", {}, expect=200)
    return approval


def drop(path, contents, person, approval):
    options = {"sha256": contents["sha256"], "email": person.email, "approval": approval}
    return command("audit_archive", drop=True, file=path, **options)


def offline(path):
    done = subprocess.run([sys.executable, VERIFIER, path], capture_output=True, text=True, check=False)  # noqa: S603
    return done.returncode, done.stdout + done.stderr


def exists(table):
    return table in partitions.tables_of_trail(connection)


@postgresql
def test_a_leaf_is_sealed_exported_dropped_and_proven_without_the_product(api, full, exported, people):
    path, contents = exported
    assert (contents["first_entry_id"], contents["last_entry_id"]) == (0, LEAF_SIZE - 1)
    assert contents["entries"] == full > 1
    document, before = latest_checkpoint_document(), AuditEntry.objects.count()
    approval = approved(api, people, contents)
    during = AuditEntry.objects.count() - before

    assert "dropped entries 0 to" in drop(path, contents, people[0], approval)

    assert not exists(FIRST)
    assert AuditEntry.objects.filter(sequence__isnull=True, id__lt=LEAF_SIZE).count() == 0
    written = AuditEntry.objects.filter(operation="audit.drop_leaf").values_list("reference_type", "user_id")
    assert set(written) == {("audit_archive", people[0].pk), ("approval", people[0].pk)}
    assert AuditEntry.objects.count() == before + during - full + len(written)
    code, said = offline(path)
    assert (code, f"{full} audit entries" in said) == (0, True)

    verdict = verify(sealed=document)
    assert (verdict.verified, verdict.archived) == (True, full)
    assert unguarded() is None
    assert verify_records()[1] == []
    command("audit_checkpoint")
    said = command("audit_verify")
    assert f"{full} sealed entries are in archives" in said
    assert contents["sha256"] in said
    found = api(SA).get("/audit-entries/verify/", expect=200).json()
    assert (found["verified"], found["archived_entries"]) == (True, full)


@postgresql
def test_lists_say_what_is_elsewhere(api, full, exported, people):
    path, contents = exported
    assert "archived" not in api(SA).get("/audit-entries/", expect=200).json()
    drop(path, contents, people[0], approved(api, people, contents))
    stretch = {name: contents[name] for name in ("first_entry_id", "last_entry_id", "entries", "sha256")}
    for query in ("", "?after=0", "?after=0&include_discovery=true"):
        assert api(SA).get(f"/audit-entries/{query}", expect=200).json()["archived"] == [stretch]
    table = api(SA).get("/audit-entries/", expect=200, Accept="text/csv")
    assert table["IMS-Archived-Entries"] == f"0-{LEAF_SIZE - 1}"
    page = browser(people[0])
    assert contents["sha256"] in page.get("/console/trail/?reads=on").content.decode()
    assert contents["sha256"] not in page.get("/console/trail/").content.decode()


@postgresql
def test_nothing_is_dropped_without_approval_digest_or_role(api, exported, people):
    path, contents = exported
    with pytest.raises(CommandError, match="approval"):
        drop(path, contents, people[0], None)
    with pytest.raises(CommandError, match="not permitted"):
        drop(path, contents, people[1], None)
    with pytest.raises(CommandError, match="does not have this digest"):
        drop(path, {**contents, "sha256": "0" * 64}, people[0], approved(api, people, contents))
    other = {**contents, "sha256": "0" * 64}
    with pytest.raises(CommandError, match="another body"):
        drop(path, contents, people[0], approved(api, people, other))
    with pytest.raises(CommandError, match="needs --sha256"):
        call_command("audit_archive", drop=True, file=path)
    assert exists(FIRST)
    assert not TrailArchive.objects.exists()


def rewritten(path, change):
    """Another archive: its lines are changed, and it is named by its own digest."""
    lines = change(gzip.decompress(path.read_bytes()).splitlines(keepends=True))
    path.write_bytes(gzip.compress(b"".join(lines)))


@postgresql
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: lines[:-1], "lacks entry"),
        (lambda lines: [lines[0], *lines[2:]], "differ at entry"),
        (lambda lines: [*lines[:-1], lines[-1].replace(b"vendor", b"client")], "not provable"),
        (lambda lines: [b"null\n"], "not provable"),
    ],
)
def test_an_archive_that_is_not_the_leaf_is_refused(exported, people, change, problem):
    path, _ = exported
    rewritten(path, change)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(CommandError, match=problem):
        drop(path, {"sha256": digest}, people[0], None)
    assert exists(FIRST)


@postgresql
def test_a_leaf_that_still_grows_or_is_not_sealed_is_not_exported(vendor, tmp_path):
    command("audit_checkpoint")
    for first, problem in ((0, "not full"), (LEAF_SIZE, "not full"), (7, "no leaf")):
        with pytest.raises(CommandError, match=problem):
            command("audit_archive", export=first, file=tmp_path / "leaf.jsonl.gz")
    with pytest.raises(CommandError, match="must end in"):
        command("audit_archive", export=0, file=tmp_path / "leaf.jsonl")


@postgresql
def test_a_stretch_that_is_gone_without_an_archive_is_found(full):
    command("audit_checkpoint")
    with pytest.raises(IntegrityError, match="keeps its parts"), transaction.atomic():
        run_sql(f"DROP TABLE {FIRST}")
    partition_guard.remove(connection)
    run_sql(f"DROP TABLE {FIRST}")
    assert unguarded().kind == "part_missing"
    assert not verify(sealed=latest_checkpoint_document()).verified


@postgresql
def test_an_archive_hides_no_chained_entry(full, exported, api, people, vendor):
    path, contents = exported
    drop(path, contents, people[0], approved(api, people, contents))
    triggers.remove(connection)
    run_sql("DELETE FROM audit_auditentry WHERE reference_type = 'vendor' AND sequence = 2")
    assert not verify(sealed=latest_checkpoint_document()).verified


def run_sql(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_an_archive_is_never_changed():
    archive = TrailArchive(pk=1)
    archive._state.adding = False
    with pytest.raises(UndeclaredError):
        archive.save()


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="only PostgreSQL has leaves")
@pytest.mark.django_db
def test_one_table_has_no_leaves_to_archive(tmp_path):
    with pytest.raises(CommandError, match="no leaf"):
        command("audit_archive", export=0, file=tmp_path / "leaf.jsonl.gz")
    with pytest.raises(CommandError, match="one table"):
        command("audit_partitions")
