"""`audit_prove` and the offline verifier: entries are proven without the product, and nothing else is."""

import gzip
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from audit.offline import verify_trail
from tests.audit.chain_checkpoints import seal_chains
from tests.audit.factories import discover, state
from tests.audit.test_checkpoint import pem
from tests.vendors.factories import VendorFactory

pytestmark = pytest.mark.django_db

PROGRAM = Path(verify_trail.__file__)


def run(command, **options):
    out = StringIO()
    call_command(command, stdout=out, stderr=StringIO(), **options)
    return out.getvalue().strip()


@pytest.fixture
def keys(tmp_path):
    return pem(tmp_path, "auditor", Ed25519PrivateKey.generate())


@pytest.fixture
def vendor():
    made = VendorFactory()
    for _ in range(3):
        state(made, {"said": "ä €"})
    return made


@pytest.fixture
def archive(tmp_path, vendor, keys):
    """Everything so far, sealed and proven."""
    for _ in range(3):
        discover()
    (tmp_path / "checkpoint.json").write_text(run("audit_checkpoint", key=keys[0]))
    path = tmp_path / "entries.jsonl"
    run("audit_prove", range=[1, 2**40], out=path)
    return path


def verified(capsys, *arguments):
    verify_trail.main([str(each) for each in arguments])
    return capsys.readouterr().out


def broken(*arguments):
    with pytest.raises(SystemExit) as caught:
        verify_trail.main([str(each) for each in arguments])
    assert str(caught.value).startswith("BROKEN: ")
    return str(caught.value)


def test_a_bare_interpreter_proves_an_archive(archive, tmp_path, keys):
    """Isolated, without site packages; the signature is the only thing that needs one."""
    command = [
        sys.executable,
        "-I",
        "-S",
        str(PROGRAM),
        str(archive),
        "--checkpoint",
        str(tmp_path / "checkpoint.json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603 - under test
    assert done.returncode == 0, done.stderr
    assert f"verified: {AuditEntry.objects.filter(operation__gt='').count() - 2} audit entries" in done.stdout
    assert "without gaps" in done.stdout
    assert "vouched for by your copy" in done.stdout
    done = subprocess.run(  # noqa: S603 - under test
        [*command, "--key", str(keys[1])], capture_output=True, text=True, check=False, cwd="/"
    )
    assert (done.returncode, "needs the package cryptography" in done.stderr) == (1, True)


def test_the_program_is_at_most_300_lines_and_needs_nothing():
    source = PROGRAM.read_text()
    assert len(source.splitlines()) <= 300
    imports = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imports <= sys.stdlib_module_names
    assert (PROGRAM.parents[2] / "sdk" / "verify_trail.py").read_text() == source


def test_the_signature_vouches_for_the_checkpoint(capsys, archive, tmp_path, keys):
    assert "which nothing else vouches for" in verified(capsys, archive)
    assert "vouched for by its signature" in verified(capsys, archive, "--key", keys[1])
    _, stranger = pem(tmp_path, "stranger", Ed25519PrivateKey.generate())
    assert "not signed with this key" in broken(archive, "--key", stranger)


def test_another_checkpoint_than_the_stored_one_is_refused(archive, tmp_path):
    discover()
    (tmp_path / "later.json").write_text(run("audit_checkpoint"))
    assert "not to the one that you stored" in broken(archive, "--checkpoint", tmp_path / "later.json")


def test_single_entries_and_the_chain_of_a_record_are_proven(capsys, tmp_path, vendor):
    discovery = discover()
    run("audit_checkpoint")
    for name, selection, count in (
        ("one.jsonl", {"entry": [discovery.pk]}, 1),
        ("chain.jsonl.gz", {"record": ["vendor", str(vendor.pk)]}, 4),
    ):
        run("audit_prove", out=tmp_path / name, **selection)
        assert f"verified: {count} audit entries" in verified(capsys, tmp_path / name)
    with gzip.open(tmp_path / "chain.jsonl.gz", "rt") as lines:
        assert [json.loads(json.loads(line)["content"])["sequence"] for line in list(lines)[1:]] == [1, 2, 3, 4]


def forged_content(line):
    return {**line, "content": line["content"].replace('"action":"', '"action":"x')}


def forged_hash(line):
    content = line["content"].replace('"action":"', '"action":"x')
    digest = verify_trail.hashlib.sha256(f"{line['previous_hash']}\n{content}".encode()).hexdigest()
    return {**line, "content": content, "hash": digest}


@pytest.mark.parametrize(
    "forge",
    [
        forged_content,
        forged_hash,
        lambda line: {**line, "id": line["id"] + 1},
        lambda line: {**line, "position": line["position"] + 1},
        lambda line: {**line, "position": -1},
        lambda line: {**line, "proof": line["proof"][:-1]},
        lambda line: {**line, "proof": ["nonsense"]},
        lambda line: {"id": line["id"]},
        lambda line: [line],
    ],
)
def test_a_forged_line_is_found(archive, forge):
    header, first, *rest = archive.read_text().splitlines()
    archive.write_text("\n".join([header, json.dumps(forge(json.loads(first))), *rest]))
    broken(archive)


def test_repeated_or_no_entries_prove_nothing(archive, tmp_path):
    header, first, *rest = archive.read_text().splitlines()
    for lines in ([header], [header, first, first, *rest], [header, *rest, first], [], ["null"], ["{}"], ["[" * 99999]):
        archive.write_text("\n".join(lines))
        broken(archive)
    broken(tmp_path / "missing.jsonl")
    (tmp_path / "no.gz").write_text("no archive")
    broken(tmp_path / "no.gz")


def test_a_checkpoint_is_proven_to_extend_an_older_one(capsys, archive, tmp_path, keys):
    older, extension = tmp_path / "checkpoint.json", tmp_path / "extension.jsonl"
    for _ in range(300):
        discover()
    run("audit_checkpoint")
    run("audit_prove", since=older, out=extension)
    assert "extends the checkpoint of" in verified(capsys, extension, "--checkpoint", older, "--key", keys[1])

    proof = json.loads(extension.read_text())
    for forged in (
        {**proof, "consistency": proof["consistency"][:-1]},
        {**proof, "newer": proof["older"]},
        {**proof, "newer": {**proof["newer"], "entries": proof["newer"]["entries"] + 1}},
    ):
        extension.write_text(json.dumps(forged))
        broken(extension)
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps(proof["newer"]))
    with pytest.raises(CommandError, match="is not the beginning"):
        run("audit_prove", since=newer, checkpoint=older, out=extension)


def test_what_is_not_sealed_is_not_proven(tmp_path, vendor):
    out = tmp_path / "out.jsonl"
    with pytest.raises(CommandError, match="no checkpoint yet"):
        run("audit_prove", range=[1, 5], out=out)
    seal_chains(tmp_path / "old.jsonl")
    with pytest.raises(CommandError, match="format 1 has no proofs"):
        run("audit_prove", range=[1, 5], out=out, checkpoint=tmp_path / "old.jsonl")
    run("audit_checkpoint")
    late = state(vendor)
    for selection in ({"entry": [late.pk]}, {"record": ["vendor", "0"]}, {"range": [late.pk, late.pk]}):
        with pytest.raises(CommandError, match="does not seal"):
            run("audit_prove", out=out, **selection)
        assert not out.exists()
    with pytest.raises(CommandError, match="not the id of a record"):
        run("audit_prove", record=["vendor", "x"], out=out)


def test_proving_leaves_its_entry(archive):
    entry = AuditEntry.objects.get(operation="audit.prove")
    assert (entry.action, entry.meta["filters"]["view"]) == ("entity_discovery", "proofs")
