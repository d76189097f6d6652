"""Checkpoints: what they seal, how they are signed, and that a forged one proves nothing."""

import hashlib
import json
from io import StringIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.core.management import CommandError, call_command
from django.db import connection

from audit import checkpoints, triggers
from audit.checkpoint_document import root_of
from audit.merkle import Tree
from audit.models import AuditEntry, Checkpoint
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
    assert document["unchained"] == 1
    assert {part["part"]: part["leaves"] for part in document["parts"]}["vendor"] == 3
    assert root_of(document["parts"]) == document["root"]
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

    def tree(leaves):
        nodes = [hashlib.sha256(b"\x00" + leaf.encode()).digest() for leaf in leaves]
        while len(nodes) > 1:
            pairs = [nodes[i : i + 2] for i in range(0, len(nodes), 2)]
            nodes = [hashlib.sha256(b"\x01" + b"".join(p)).digest() if len(p) == 2 else p[0] for p in pairs]
        return nodes[0].hex()

    parts = {}
    for line in lines:
        parts.setdefault(json.loads(line)[0], []).append(line)
    roots = [[name, len(leaves), tree(leaves)] for name, leaves in parts.items()]
    assert tree([json.dumps(root, separators=(",", ":")) for root in roots]) == document["root"]


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
    "forged", [{"last_entry_id": 1}, {"signature": "00" * 64}, {"signature": "zz"}, {"entries": 0}]
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


def test_an_altered_file_is_told_from_an_altered_trail(tmp_path):
    path = tmp_path / "checkpoint.jsonl"
    run("audit_checkpoint", out=path)
    whole = path.read_text()

    path.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    with pytest.raises(CommandError, match="the checkpoint file was altered"):
        run("audit_verify", checkpoint=path)
    path.write_text(whole.replace('"leaves":3', '"leaves":2'))
    with pytest.raises(CommandError, match="root does not match its parts"):
        run("audit_verify", checkpoint=path)
    for nonsense in ("", "[]", "{}", "nonsense", whole + "[1]\n", '{"format": 2}'):
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
    triggers.remove(connection)
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


@pytest.mark.parametrize("leaves", range(10))
def test_the_tree_is_that_of_rfc_6962(leaves):
    content = [bytes([n]) for n in range(leaves)]

    def recursive(part):
        if len(part) == 1:
            return hashlib.sha256(b"\x00" + part[0]).digest()
        split = 1 << ((len(part) - 1).bit_length() - 1)
        return hashlib.sha256(b"\x01" + recursive(part[:split]) + recursive(part[split:])).digest()

    tree = Tree()
    for each in content:
        tree.add(each)
    assert tree.root == (recursive(content).hex() if content else hashlib.sha256(b"").hexdigest())
    assert tree.leaves == leaves
