"""Checkpoints of format 1 are no longer made; those that exist stay verifiable, and checkpoints of the tree follow."""

from io import StringIO

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import triggers
from audit.chain_reader import FindingKind
from audit.checkpoint_file import CheckpointFile
from audit.models import Checkpoint
from audit.verify import verify
from tests.audit.chain_checkpoints import seal_chains
from tests.audit.factories import discover, state
from tests.audit.test_tampering import TABLE, rehash, run
from tests.vendors.factories import VendorFactory

pytestmark = pytest.mark.django_db


def command(name, **options):
    out = StringIO()
    call_command(name, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def vendor():
    made = VendorFactory()
    state(made)
    return made


@pytest.fixture
def path(tmp_path, vendor):
    discover()
    seal_chains(tmp_path / "old.jsonl")
    return tmp_path / "old.jsonl"


def test_an_old_checkpoint_is_verified_from_its_file_and_from_the_database(path, vendor):
    state(vendor)
    root = CheckpointFile(path).document["root"]
    assert root in command("audit_verify", checkpoint=path)
    assert root in command("audit_verify")


def test_a_checkpoint_of_the_tree_follows_and_both_hold(path):
    document = orjson.loads(command("audit_checkpoint"))
    assert (document["format"], document["previous_root"]) == (2, CheckpointFile(path).document["root"])
    assert document["root"] in command("audit_verify")
    assert CheckpointFile(path).document["root"] in command("audit_verify", checkpoint=path)


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        ("DELETE FROM {table} WHERE reference_type = 'vendor' AND sequence > 1", FindingKind.TRUNCATED),
        ("DELETE FROM {table} WHERE reference_type = 'vendor' AND sequence > 0", FindingKind.CHAIN_DELETED),
        ("DELETE FROM {table} WHERE origin = 'discovery'", FindingKind.DELETED),
        ("UPDATE {table} SET operation = 'forged' WHERE reference_type = 'vendor'", FindingKind.CHANGED),
    ],
)
def test_its_leaves_name_what_was_touched(path, vendor, tamper, kind):
    triggers.remove(connection)
    run(tamper.format(table=TABLE))
    rehash("vendor", vendor.pk)
    file = CheckpointFile(path)
    assert verify(sealed=file.document, leaves=file.leaves()).finding.kind is kind
    assert verify(sealed=file.document).finding is not None


def test_an_altered_old_checkpoint_proves_nothing(path):
    whole = path.read_text()
    path.write_text(whole.replace('"leaves":1', '"leaves":2', 1))
    with pytest.raises(CommandError, match="root does not match its parts"):
        command("audit_verify", checkpoint=path)
    path.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    with pytest.raises(CommandError, match="leaves do not match"):
        command("audit_verify", checkpoint=path)
    assert Checkpoint.objects.count() == 1
