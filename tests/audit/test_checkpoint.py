"""Checkpoints: their content and signature, and that a forged one is rejected."""

import base64
import hashlib
import json
from datetime import timedelta
from io import StringIO

import pytest
import rfc8785
import time_machine
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import checkpoints, triggers
from audit.models import AuditEntry, Checkpoint, TreeTile
from core.errors import UndeclaredError
from tests.audit.factories import discover, state
from tests.vendors.factories import VendorFactory

pytestmark = pytest.mark.django_db


def run(command, **options):
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue().strip()


def pem(tmp_path, name, key):
    private, public = tmp_path / f"{name}.pem", tmp_path / f"{name}.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def unguarded():
    connection.check_constraints()  # PostgreSQL alters no table while checks of its rows are pending
    triggers.remove(connection)


def guarded():
    connection.check_constraints()
    triggers.install(connection)


@pytest.fixture
def keys(tmp_path):
    return pem(tmp_path, "auditor", Ed25519PrivateKey.generate())


@pytest.fixture(autouse=True)
def trail():
    for _ in range(3):
        state(VendorFactory())
    discover()


def test_one_that_cannot_be_stored_is_refused_in_words(monkeypatch):
    def fail(*args, **options):
        raise OSError("disk full")

    monkeypatch.setattr(AuditEntry, "save", fail)
    with pytest.raises(CommandError, match="not stored: Audit trail failure"):
        run("audit_checkpoint")
    assert not Checkpoint.objects.exists()


def test_it_is_printed_and_stored(tmp_path):
    last = AuditEntry.objects.latest("id").pk
    entries = AuditEntry.objects.count()

    document = json.loads(run("audit_checkpoint"))

    stored = Checkpoint.objects.get()
    assert stored.document == document
    assert (stored.last_entry_id, stored.root) == (last, document["root"])
    assert document["entries"] == entries
    assert base64.b64encode(bytes.fromhex(document["root"])).decode() == document["note"].splitlines()[2]
    own = AuditEntry.objects.get(reference_type="audit_checkpoint")
    assert (own.operation, own.user_id) == ("audit.checkpoint", 0)


def test_each_checkpoint_names_the_one_before_it():
    first, second = (json.loads(run("audit_checkpoint")) for _ in range(2))
    assert (first["previous_root"], second["previous_root"]) == (None, first["root"])
    assert first["root"] != second["root"]


def test_the_root_can_be_computed_by_hand(tmp_path):
    """From the file alone, by the documented recipe and without the product's own code."""
    path = tmp_path / "checkpoint.jsonl"
    run("audit_checkpoint", out=path)
    first, *lines = path.read_text().splitlines()
    document = json.loads(first)
    assert [json.loads(line)[0] for line in lines] == sorted(
        AuditEntry.objects.filter(id__lte=document["last_entry_id"]).values_list("id", flat=True)
    )
    nodes = [hashlib.sha256(b"\x00" + line.encode()).digest() for line in lines]
    while len(nodes) > 1:
        pairs = [nodes[i : i + 2] for i in range(0, len(nodes), 2)]
        nodes = [hashlib.sha256(b"\x01" + b"".join(p)).digest() if len(p) == 2 else p[0] for p in pairs]
    assert nodes[0].hex() == document["root"]


def test_a_signed_checkpoint_is_verified_with_the_public_key(tmp_path, keys):
    private, public = keys
    printed = tmp_path / "printed.json"
    printed.write_text(run("audit_checkpoint", key=private))
    root = json.loads(printed.read_text())["root"]

    told = run("audit_verify", checkpoint=printed, public_key=public)
    assert told.startswith(f"verified {AuditEntry.objects.count()} entries")
    assert root in told
    assert root in run("audit_verify", public_key=public)  # the stored one carries the signature too


@pytest.mark.parametrize(
    "forged", [{"last_entry_id": 1}, {"signature": "00" * 64}, {"signature": "zz"}, {"backdated": 9}]
)
def test_a_forged_document_proves_nothing(tmp_path, keys, forged):
    private, public = keys
    printed = tmp_path / "printed.json"
    printed.write_text(json.dumps({**json.loads(run("audit_checkpoint", key=private)), **forged}))
    with pytest.raises(CommandError, match="not signed with this key"):
        run("audit_verify", checkpoint=printed, public_key=public)


def test_another_key_or_no_signature_proves_nothing(tmp_path, keys):
    private, _ = keys
    _, stranger = pem(tmp_path, "stranger", Ed25519PrivateKey.generate())
    run("audit_checkpoint", key=private)
    with pytest.raises(CommandError, match="not signed with this key"):
        run("audit_verify", public_key=stranger)
    run("audit_checkpoint")
    with pytest.raises(CommandError, match="not signed with this key"):
        run("audit_verify", public_key=keys[1])


def test_an_altered_file_is_distinguished_from_an_altered_trail(tmp_path):
    path = tmp_path / "checkpoint.jsonl"
    run("audit_checkpoint", out=path)
    whole = path.read_text()

    path.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    with pytest.raises(CommandError, match="the checkpoint file was altered"):
        run("audit_verify", checkpoint=path)
    path.write_text(whole.replace('"root":"', '"root":"0', 1))
    with pytest.raises(CommandError, match="root does not match"):
        run("audit_verify", checkpoint=path)
    for nonsense in ("", "[]", "{}", "nonsense", whole + "[1]\n", '{"format": 2}', '{"format": 3}'):
        path.write_text(nonsense)
        with pytest.raises(CommandError):
            run("audit_verify", checkpoint=path)


def test_keys_of_another_kind_are_refused(tmp_path):
    private, public = pem(tmp_path, "curve", generate_private_key(SECP256R1()))
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("no key")
    for path in (private, nonsense, tmp_path / "missing.pem"):
        with pytest.raises(CommandError):
            run("audit_checkpoint", key=path)
    with pytest.raises(CommandError):
        run("audit_verify", public_key=public)
    assert not Checkpoint.objects.exists()


def test_a_broken_trail_is_not_sealed():
    unguarded()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditentry SET operation = 'forged' WHERE reference_type = 'vendor'")
    with pytest.raises(CommandError, match="not sealed"):
        run("audit_checkpoint")
    assert not Checkpoint.objects.exists()


def test_it_waits_for_writers_under_way_and_gives_up_in_the_end(monkeypatch):
    monkeypatch.setattr(checkpoints, "checkpoint_cut", lambda patience: None)
    with pytest.raises(CommandError, match="transactions that write"):
        run("audit_checkpoint")


def test_without_checkpoint_only_the_chains_are_verified():
    assert "no checkpoint" in run("audit_verify")


def test_sealing_reads_and_writes_only_what_is_new():
    """The same statements after one entry more, however long the trail is."""
    run("audit_checkpoint")
    counts = []
    for length in (1, 600):
        for _ in range(length):
            discover()
        run("audit_checkpoint")
        discover()
        with CaptureQueriesContext(connection) as caught:
            run("audit_checkpoint")
        counts.append(len(caught))
        rows = [row for row in caught.captured_queries if "audit_treetile" in row["sql"] and "INSERT" in row["sql"]]
        assert len(rows) == 1
    assert counts[1] <= counts[0] + 1


def test_the_notes_signature_is_verified_too(tmp_path, keys):
    private, public = keys
    document = json.loads(run("audit_checkpoint", key=private))
    content = {**document, "note": f"{document['note'].split(chr(10) * 2)[0]}\n"}
    del content["signature"]
    key = load_pem_private_key(private.read_bytes(), None)
    printed = tmp_path / "printed.json"
    printed.write_text(json.dumps({**content, "signature": key.sign(rfc8785.dumps(content)).hex()}))
    with pytest.raises(CommandError, match="the note of the checkpoint is not signed"):
        run("audit_verify", checkpoint=printed, public_key=public)


def test_backdated_entries_are_not_sealed_unnoticed():
    run("audit_checkpoint")
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        backdated = discover()
    with pytest.raises(CommandError, match=f"not sealed.*backdated at entry {backdated.pk}"):
        run("audit_checkpoint")
    assert json.loads(run("audit_checkpoint", accept_backdated=True))["backdated"] == 1
    assert run("audit_verify").startswith("verified")


def test_an_entry_that_appears_below_the_last_checkpoint_is_found_by_the_next_verification():
    gone, _ = discover(), discover()
    unguarded()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [gone.pk])
    run("audit_checkpoint")
    gone._state.adding = True
    gone.save()
    run("audit_checkpoint")
    guarded()
    with pytest.raises(CommandError, match=f"inserted at entry {gone.pk}, vendor"):
        run("audit_verify")


@pytest.mark.parametrize("level", [-1, 0, 1])
def test_a_rewritten_tile_is_found(level):
    for _ in range(260):
        discover()
    run("audit_checkpoint")
    unguarded()
    tile = TreeTile.objects.filter(level=level).first()
    altered = bytes(tile.data)[:-1] + b"?"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_treetile SET data = %s WHERE id = %s", [altered, tile.pk])
    guarded()
    with pytest.raises(CommandError, match="the stored tiles of the tree do not match"):
        run("audit_verify")


def test_a_tree_whose_tiles_are_gone_is_not_continued():
    run("audit_checkpoint")
    unguarded()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_treetile WHERE level = 0")
    guarded()
    with pytest.raises(CommandError, match=r"not sealed.*checkpoint_changed"):
        run("audit_checkpoint")


def test_tiles_are_append_only():
    run("audit_checkpoint")
    tile = TreeTile.objects.first()
    for act in (tile.save, tile.delete):
        with pytest.raises(UndeclaredError):
            act()
    for sql in ("UPDATE audit_treetile SET width = 1", "DELETE FROM audit_treetile"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
