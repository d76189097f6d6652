"""The auditor's pack: everything about one incident, reproducible, and checked from its files alone."""

import csv
import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit import triggers
from audit.models import AuditEntry, Checkpoint
from incidents.service_levels.reading import service_levels_of
from reporting.reports import pdf
from tests.approvals.factories import approved
from tests.incidents.factories import IncidentFactory, NoteFactory
from tests.reporting.worlds import eventful, generated
from users.choices import EX, IM
from users.system import system_principal

pytestmark = pytest.mark.django_db

ALWAYS = {
    "MANIFEST.json",
    "README.md",
    "approvals.json",
    "audit_entries.jsonl",
    "chains.json",
    "compliance_report.html",
    "compliance_report.json",
    "service_levels.json",
    "timeline.csv",
    "verify.py",
}


def pack(incident, folder, name="pack.zip"):
    path = folder / name
    call_command("auditor_pack", str(incident.pk), "--out", str(path), stdout=StringIO())
    return path


@pytest.fixture
def unprinted(monkeypatch):
    """An installation without a printer: printing takes longer than all that these tests are about."""
    monkeypatch.setattr("reporting.auditor_pack.pack.find_printer", lambda: None)


def files_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unpacked(path, folder):
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def verified(folder):
    """The output of the pack's program, run by a Python without this project."""
    return subprocess.run(  # noqa: S603 - the program under test
        [sys.executable, "-I", str(folder / "verify.py")], capture_output=True, text=True, check=False, cwd="/"
    )


def test_it_holds_everything_about_the_incident(api, tmp_path):
    incident, manager = eventful(), api(IM)
    body = {"incident_id": incident.pk, "report_type": "executive_summary"}
    approval = approved(manager, api(EX), "report.generate", body)
    generated(manager, incident, "executive_summary", approval=approval)

    files = files_of(pack(incident, tmp_path))

    assert set(files) == ALWAYS | ({"compliance_report.pdf"} if pdf.find_printer() else set())
    assert json.loads(files["compliance_report.json"])["reference"] == incident.incident_code
    assert [each["id"] for each in json.loads(files["approvals.json"])] == [approval]
    rows = list(csv.DictReader(StringIO(files["timeline.csv"].decode())))
    assert {"detected", "resolved", "note_added", "escalated", "report_generated"} <= {row["kind"] for row in rows}
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    manifest = json.loads(files.pop("MANIFEST.json"))
    assert manifest["sha256"] == {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}


@pytest.mark.usefixtures("unprinted")
def test_every_entry_of_the_incidents_records_is_in_it(tmp_path):
    incident = eventful()
    note = incident.notes.get()
    lines = files_of(pack(incident, tmp_path))["audit_entries.jsonl"].splitlines()
    packed = {json.loads(line)["id"] for line in lines}
    for kind, pk in (("incident", incident.pk), ("incident_note", note.pk)):
        entries = AuditEntry.objects.filter(reference_type=kind, reference_id=pk, sequence__isnull=False)
        assert set(entries.values_list("pk", flat=True)) <= packed
    other = NoteFactory()
    assert not AuditEntry.objects.filter(pk__in=packed, reference_type="incident_note", reference_id=other.pk).exists()


@pytest.mark.usefixtures("unprinted")
def test_the_service_levels_are_those_at_the_latest_entry(tmp_path):
    incident = eventful()
    files = files_of(pack(incident, tmp_path))
    assert json.loads(files["service_levels.json"])["state"] == service_levels_of(incident)["state"]


def test_the_pack_is_verifiable_from_its_files_alone(tmp_path):
    folder = unpacked(pack(eventful(), tmp_path), tmp_path / "unpacked")
    done = verified(folder)
    assert done.returncode == 0, done.stderr
    entries = len((folder / "audit_entries.jsonl").read_text().splitlines())
    assert f"{entries} audit entries" in done.stdout


def rewrite_manifest(folder):
    """A forgery that also updates the manifest."""
    path = folder / "MANIFEST.json"
    manifest = json.loads(path.read_text())
    for name in manifest["sha256"]:
        manifest["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest))


def change_an_entry(lines):
    entry = json.loads(lines[0])
    return [json.dumps({**entry, "content": entry["content"].replace('"create"', '"update"')}), *lines[1:]]


@pytest.mark.usefixtures("unprinted")
@pytest.mark.parametrize(
    "forge",
    [change_an_entry, lambda lines: lines[1:], lambda lines: lines[:-1], lambda lines: [*lines, lines[-1]]],
    ids=["changed", "first removed", "last removed", "repeated"],
)
def test_a_forged_entry_is_found(tmp_path, forge):
    folder = unpacked(pack(eventful(), tmp_path), tmp_path / "unpacked")
    path = folder / "audit_entries.jsonl"
    path.write_text("\n".join(forge(path.read_text().splitlines())) + "\n")
    assert "BROKEN: audit_entries.jsonl" in verified(folder).stderr
    rewrite_manifest(folder)
    found = verified(folder)
    assert found.returncode == 1
    assert "BROKEN" in found.stderr


def test_the_pack_is_deterministic(tmp_path):
    incident = eventful()
    first = pack(incident, tmp_path, "first.zip").read_bytes()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert pack(incident, tmp_path, "second.zip").read_bytes() == first
        NoteFactory(incident=incident)
        assert pack(incident, tmp_path, "third.zip").read_bytes() != first


@pytest.mark.usefixtures("unprinted")
def test_packing_leaves_its_entry(tmp_path):
    incident = eventful()
    pack(incident, tmp_path)
    entry = AuditEntry.objects.get(operation="report.auditor_pack")
    assert (entry.reference_type, entry.reference_id, entry.user_id) == ("incident", incident.pk, system_principal().pk)


@pytest.mark.usefixtures("unprinted")
def test_the_latest_checkpoint_is_in_it(tmp_path):
    incident = eventful()
    call_command("audit_checkpoint", stdout=StringIO())
    NoteFactory(incident=incident)
    root = Checkpoint.objects.get().root

    folder = unpacked(pack(incident, tmp_path), tmp_path / "unpacked")

    assert json.loads((folder / "checkpoint.json").read_text())["root"] == root
    lines = [json.loads(line) for line in (folder / "audit_entries.jsonl").read_text().splitlines()]
    proven = [line["id"] for line in lines if "proof" in line]
    assert 0 < len(proven) < len(lines)
    assert f"{len(proven)} of them in the checkpoint" in verified(folder).stdout
    assert root in verified(folder).stdout


@pytest.mark.usefixtures("unprinted")
def test_an_entry_without_its_proof_is_found(tmp_path):
    incident = eventful()
    call_command("audit_checkpoint", stdout=StringIO())
    folder = unpacked(pack(incident, tmp_path), tmp_path / "unpacked")
    path = folder / "audit_entries.jsonl"
    path.write_text(path.read_text().replace('"proof":["', '"proof":["00', 1))
    rewrite_manifest(folder)
    assert "BROKEN" in verified(folder).stderr


@pytest.mark.usefixtures("unprinted")
def test_a_trail_that_its_checkpoint_does_not_prove_is_not_packed(tmp_path):
    incident = eventful()
    call_command("audit_checkpoint", stdout=StringIO())
    connection.check_constraints()
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_treetile")
    with pytest.raises(CommandError, match="cannot be proven"):
        pack(incident, tmp_path)


@pytest.mark.usefixtures("unprinted")
def test_without_a_printer_there_is_no_pdf(tmp_path):
    assert set(files_of(pack(eventful(), tmp_path))) == ALWAYS


@pytest.mark.usefixtures("unprinted")
def test_no_cell_of_the_timeline_is_a_formula(tmp_path):
    incident = eventful()
    NoteFactory(incident=incident, body="=1+1")
    for row in csv.reader(StringIO(files_of(pack(incident, tmp_path))["timeline.csv"].decode())):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@")]


@pytest.mark.usefixtures("unprinted")
def test_the_command_accepts_a_code_and_refuses_unknown_ones(tmp_path):
    incident = IncidentFactory()
    call_command("auditor_pack", incident.incident_code, "--out", str(tmp_path / "a.zip"), stdout=StringIO())
    assert (tmp_path / "a.zip").exists()
    with pytest.raises(CommandError, match="no incident"):
        call_command("auditor_pack", "999999", "--out", str(tmp_path / "b.zip"))
    with pytest.raises(CommandError, match="no incident"):
        call_command("auditor_pack", "9" * 30, "--out", str(tmp_path / "b.zip"))
    with pytest.raises(CommandError, match="exists"):
        call_command("auditor_pack", str(incident.pk), "--out", str(tmp_path / "a.zip"))
    assert not (tmp_path / "b.zip").exists()
