"""Tampering drills outside the chains: dates, triggers, checkpoints and records; each is found and located."""
# ruff: noqa: S608 - the statements are a forger's, and the tests' own

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import orjson
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit import triggers
from audit.chain import CONTENT, entry_hash
from audit.chain_reader import FindingKind
from audit.checkpoint_file import CheckpointFile
from audit.models import AuditEntry, Checkpoint
from audit.records import MOST, audited_models, verify_records
from audit.verify import latest_checkpoint_document, verify
from clients.models import Client
from tests.audit.factories import discover, state
from tests.audit.test_tampering import TABLE, insert_copy, rehash, run
from tests.clients.factories import ClientFactory
from tests.incidents.factories import IncidentFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM, SA
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

VENDORS = Vendor._meta.db_table
postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the functions of PostgreSQL's triggers")
VERIFY = "/audit-entries/verify/"


def install():
    connection.check_constraints()  # PostgreSQL alters no table while checks of its rows are pending
    triggers.install(connection)


def remove():
    connection.check_constraints()
    triggers.remove(connection)


def command(name, **options):
    out = StringIO()
    call_command(name, stdout=out, stderr=StringIO(), **options)
    return out.getvalue().strip()


def sealed():
    command("audit_checkpoint")
    return latest_checkpoint_document()


# -- dates


def forge(of, moment, **values):
    """An entry of the owner of the database, who knows the code: put behind a chain, with a date of choice."""
    last = AuditEntry.objects.filter(reference_type=of.reference_type, reference_id=of.reference_id).latest("id")
    insert_copy(of, sequence=last.sequence + 1, created_at=moment, **values)
    rehash(of.reference_type, of.reference_id)
    return AuditEntry.objects.latest("id")


@pytest.fixture
def vendor():
    made = VendorFactory()
    state(made)
    return made


def entry_of(record):
    return AuditEntry.objects.get(reference_type=record.entity_type, reference_id=record.pk, sequence=1)


def test_an_entry_inserted_with_a_date_before_its_checkpoint_is_found(vendor):
    document = sealed()
    remove()
    forged = forge(entry_of(vendor), timezone.now() - timedelta(days=3))
    assert verify().verified

    finding = verify(sealed=document).finding

    assert (finding.kind, finding.entry_id, finding.reference_id) == (FindingKind.BACKDATED, forged.pk, vendor.pk)
    with pytest.raises(CommandError, match=f"backdated at entry {forged.pk}"):
        command("audit_verify")


def test_a_time_without_any_entry_before_the_checkpoint_is_no_place_to_hide(vendor):
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        document = sealed()
    remove()
    forge(entry_of(vendor), timezone.now() + timedelta(days=1))
    assert verify(sealed=document).finding.kind is FindingKind.BACKDATED


def test_a_discovery_inserted_with_an_older_date_is_found(vendor):
    discover()
    document = sealed()
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        forged = discover()
    assert (verify(sealed=document).finding.kind, verify(sealed=document).finding.entry_id) == (
        FindingKind.BACKDATED,
        forged.pk,
    )


def test_clocks_may_differ_a_little_and_honest_work_goes_on(vendor):
    document = sealed()
    with time_machine.travel(timezone.now() - timedelta(seconds=20)):
        state(vendor)
    discover()
    assert verify(sealed=document).verified


def test_imported_entries_bear_older_dates_and_are_counted(vendor):
    document = sealed()
    remove()
    forge(entry_of(vendor), timezone.now() - timedelta(days=300), origin="imported")

    verdict = verify(sealed=document)

    assert (verdict.verified, verdict.imported_since) == (True, 1)
    install()
    assert "1 imported entries with older dates" in command("audit_verify")


def test_a_checkpoint_without_the_time_of_its_cut_is_still_one(vendor):
    document = {name: value for name, value in sealed().items() if name != "cut_at"}
    assert verify(sealed=document).verified


# -- guards


def test_the_installed_guards_are_as_they_should_be(vendor):
    assert triggers.altered(connection) == {}
    assert "verified" in command("audit_verify")


def test_missing_triggers_are_reported_and_restored(api, vendor):
    remove()

    with pytest.raises(CommandError, match=r"unguarded at .*is missing"):
        command("audit_verify")
    whole = api(SA).get(VERIFY, expect=200).json()
    assert (whole["verified"], whole["first_broken"]["kind"]) == (False, "unguarded")

    install()
    assert api(SA).get(VERIFY, expect=200).json()["verified"]


@contextmanager
def replaced_guards():
    """Triggers of the same name that do nothing, so that entries can be removed unnoticed."""
    names = [f"{TABLE}_append_only_{event}" for event in ("update", "delete")]
    if connection.vendor == "postgresql":
        body = "BEGIN RETURN OLD; END"
        run(f"CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
    else:
        for name in names:
            run(f"DROP TRIGGER {name}")
            run(f"CREATE TRIGGER {name} BEFORE {name.rpartition('_')[2].upper()} ON {TABLE} BEGIN SELECT 1; END")
    yield


def test_replaced_triggers_are_reported_and_restored(api, vendor, caplog):
    with replaced_guards():
        run(f"DELETE FROM {TABLE} WHERE reference_type = 'vendor'")
        assert not AuditEntry.objects.filter(reference_type="vendor").exists()

        with pytest.raises(CommandError, match=r"unguarded at .*was replaced"):
            command("audit_verify")
        assert api(SA).get(VERIFY, expect=200).json()["first_broken"]["kind"] == "unguarded"

        install()
    assert triggers.altered(connection) == {}
    assert "run audit_verify" in caplog.text


@postgresql
@pytest.mark.parametrize(
    "statement",
    [
        f"ALTER TABLE {TABLE} DISABLE TRIGGER {TABLE}_append_only_row",
        f"ALTER TABLE {TABLE} ENABLE REPLICA TRIGGER {TABLE}_append_only_truncate",
        f"CREATE OR REPLACE TRIGGER {TABLE}_append_only_row BEFORE UPDATE ON {TABLE} FOR EACH ROW "
        "EXECUTE FUNCTION audit_append_only()",
        f"CREATE OR REPLACE TRIGGER {TABLE}_append_only_row BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW "
        "WHEN (OLD.id < 0) EXECUTE FUNCTION audit_append_only()",
        "CREATE FUNCTION harmless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$; "
        f"CREATE OR REPLACE TRIGGER {TABLE}_append_only_row BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW "
        "EXECUTE FUNCTION harmless()",
    ],
    ids=["disabled", "replica only", "without delete", "with a condition", "another function"],
)
def test_disabled_triggers_are_reported(statement):
    run(statement)
    assert list(triggers.altered(connection).values()) == [triggers.ALTERED]
    install()
    assert triggers.altered(connection) == {}


# -- checkpoints


def checkpoints(count):
    for _ in range(count):
        command("audit_checkpoint")
    return list(Checkpoint.objects.order_by("id"))


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_missing_checkpoint_is_reported(api, vendor, which):
    gone = checkpoints(3)[which]
    remove()
    run(f"DELETE FROM {Checkpoint._meta.db_table} WHERE id = %s", gone.pk)
    install()

    with pytest.raises(CommandError, match="checkpoint_missing at audit_checkpoint"):
        command("audit_verify")
    found = api(SA).get(VERIFY, expect=200).json()
    assert (found["verified"], found["first_broken"]["kind"]) == (False, "checkpoint_missing")


def test_a_newest_checkpoint_that_is_missing_with_its_entry_is_found_by_its_tree(api, vendor):
    gone = checkpoints(2)[-1]
    remove()
    run(f"DELETE FROM {Checkpoint._meta.db_table} WHERE id = %s", gone.pk)
    run(f"DELETE FROM {TABLE} WHERE reference_type = 'audit_checkpoint' AND reference_id = %s", gone.pk)
    install()
    assert verify(sealed=latest_checkpoint_document()).verified

    with pytest.raises(CommandError, match="more entries than any checkpoint seals"):
        command("audit_verify")
    found = api(SA).get(VERIFY, expect=200).json()
    assert (found["verified"], found["first_broken"]["kind"]) == (False, "checkpoint_missing")


def test_a_database_without_the_checkpoint_of_a_file_is_reported(tmp_path, vendor):
    path = tmp_path / "checkpoint.jsonl"
    command("audit_checkpoint", out=path)
    remove()
    run(f"DELETE FROM {Checkpoint._meta.db_table}")
    run(f"DELETE FROM {TABLE} WHERE reference_type = 'audit_checkpoint'")
    install()
    assert verify(sealed=CheckpointFile(path).document).verified

    with pytest.raises(CommandError, match="does not contain the checkpoint of the file"):
        command("audit_verify", checkpoint=path)


@pytest.mark.parametrize("column", ["root", "last_entry_id", "document"])
def test_an_altered_checkpoint_proves_nothing(api, vendor, column):
    stored = checkpoints(1)[0]
    value = {"root": "0" * 64, "last_entry_id": 1, "document": orjson.dumps({**stored.document, "root": "1"}).decode()}
    cast = "::jsonb" if connection.vendor == "postgresql" and column == "document" else ""
    remove()
    run(f"UPDATE {Checkpoint._meta.db_table} SET {column} = %s{cast}", value[column])
    install()

    found = api(SA).get(VERIFY, expect=200).json()

    assert (found["verified"], found["first_broken"]["kind"]) == (False, "checkpoint_changed")
    with pytest.raises(CommandError, match=r"altered|do not match its document"):
        command("audit_verify")


# -- records


def test_records_that_were_made_and_changed_by_the_product_hold(api):
    incident, caller = IncidentFactory(), api(IM)
    caller.patch(f"/incidents/{incident.pk}/", {"title": "Something else"}, expect=200)
    caller.post(f"/incidents/{incident.pk}/notes/", {"body": "Seen."}, expect=201)
    api(EX).patch(f"/vendors/{VendorFactory().pk}/", {"status": "suspended"}, expect=200)
    command("audit_checkpoint")

    compared, findings = verify_records()

    assert findings == []
    assert compared == sum(model.objects.count() for model in audited_models())
    assert f"compared {compared} records" in command("audit_verify", records=True)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "suspended"),  # kept as it is
        ("contact_email", "forged@example.com"),  # kept as a digest
        ("vendor_type", "saas_vendor"),
    ],
)
def test_a_record_changed_past_the_product_is_found(api, vendor, column, value):
    run(f"UPDATE {VENDORS} SET {column} = %s WHERE id = %s", value, vendor.pk)
    assert verify().verified

    (finding,) = verify_records()[1]

    assert (finding.kind, finding.reference_type, finding.reference_id) == (
        FindingKind.RECORD_CHANGED,
        "vendor",
        vendor.pk,
    )
    assert column in finding.problem
    with pytest.raises(CommandError, match="1 of the records"):
        command("audit_verify", records=True)
    found = api(SA).get(f"{VERIFY}?reference_type=vendor&reference_id={vendor.pk}", expect=200).json()
    assert (found["verified"], found["first_broken"]["kind"]) == (False, "record_changed")


def test_a_value_written_to_an_empty_column_is_detected():
    client = ClientFactory(address="")
    run(f"UPDATE {Client._meta.db_table} SET address = 'elsewhere' WHERE id = %s", client.pk)
    assert "address" in verify_records()[1][0].problem


def test_a_record_that_is_gone_is_found(api, vendor):
    run(f"DELETE FROM {VENDORS} WHERE id = %s", vendor.pk)
    assert verify().verified

    (finding,) = verify_records()[1]

    assert (finding.kind, finding.reference_id) == (FindingKind.RECORD_DELETED, vendor.pk)
    found = api(SA).get(f"{VERIFY}?reference_type=vendor&reference_id={vendor.pk}", expect=200).json()
    assert (found["verified"], found["first_broken"]["kind"]) == (False, "record_deleted")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_record_whose_chain_is_gone_is_found(api, which):
    vendors = [VendorFactory() for _ in range(3)]
    pk = vendors[which].pk
    with replaced_guards():
        run(f"DELETE FROM {TABLE} WHERE reference_type = 'vendor' AND reference_id = %s", pk)

        (finding,) = verify_records()[1]

        assert (finding.kind, finding.reference_id) == (FindingKind.CHAIN_DELETED, pk)
        found = api(SA).get(f"{VERIFY}?reference_type=vendor&reference_id={pk}", expect=200).json()
        assert (found["verified"], found["entries"], found["first_broken"]["kind"]) == (False, 0, "chain_deleted")


def test_a_record_that_was_put_in_is_found(vendor):
    names = [field.column for field in Vendor._meta.concrete_fields]
    other = {"id": vendor.pk + 1000, "vendor_name_key": "forged", "contact_email_key": "forged", "contact_phone": "+1"}
    selected = ", ".join("%s" if name in other else name for name in names)
    given = [other[name] for name in names if name in other]
    run(f"INSERT INTO {VENDORS} ({', '.join(names)}) SELECT {selected} FROM {VENDORS}", *given)

    (finding,) = verify_records()[1]

    assert (finding.kind, finding.reference_id) == (FindingKind.CHAIN_DELETED, vendor.pk + 1000)


def test_many_differences_are_counted_to_an_end(monkeypatch):
    monkeypatch.setattr("audit.records.MOST", 2)
    for _ in range(4):
        VendorFactory()
    run(f"UPDATE {VENDORS} SET status = 'suspended'")
    assert len(verify_records()[1]) == 2 < MOST


def test_a_nonexistent_record_has_nothing_to_verify(api):
    api(SA).get(f"{VERIFY}?reference_type=vendor&reference_id=999999", expect=404, code="not_found")


def test_an_honest_entry_keeps_its_hash():
    entry = entry_of(VendorFactory())
    assert entry.hash == entry_hash({name: getattr(entry, name) for name in CONTENT}, entry.previous_hash)
