"""The auditor's pack of an incident: a zip archive that is identical, byte for byte, while the records do not change.

It describes the incident as of its latest audit entry, not as of the packing.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.forms.models import model_to_dict

from approvals.models import Approval
from audit.checkpoint_document import is_of_tree
from audit.proving import Prover, entry_line
from audit.verify import latest_checkpoint_document
from core.formats.csv_table import render_csv
from incidents.models import Incident
from incidents.service_levels.reading import service_levels_of
from reporting.auditor_pack.readme import README, VERIFY
from reporting.auditor_pack.timeline import timeline_source
from reporting.choices import ReportType
from reporting.postmortem import postmortem_digest
from reporting.reports.assembly import build
from reporting.reports.builders.compliance import approvals_about, references_of
from reporting.reports.context import ReportContext
from reporting.reports.document import Document
from reporting.reports.formats import FORMATS
from reporting.reports.pdf import find_printer
from reporting.reports.proof import ChainProof, chains_of
from reporting.reports.values import stamp
from users.system import system_principal

# The earliest time that a zip archive can store; all members have it.
EPOCH = (1980, 1, 1, 0, 0, 0)
TIMELINE = ("at", "kind", "summary", "actor_id", "reference_type", "reference_id")
APPROVAL = (
    "id",
    "operation",
    "requested_action",
    "reference_type",
    "reference_id",
    "payload",
    "digest",
    "requester",
    "reason",
    "status",
    "approver",
    "comment",
    "decided_at",
    "expires_at",
    "consumed_at",
)


class Reviewer:
    """The reader of a pack has staff's read scope."""

    is_internal, role = True, ""


def pack_of(incident_id: int) -> bytes:
    """The archive. Raises Incident.DoesNotExist; Refusal (422 calculation_failed) without any audit entry."""
    incident = _incident(incident_id)
    subject = ReportContext(incident, incident.created_at)
    references = references_of(subject)
    chains = chains_of(references)
    subject.at = max((entry["created_at"] for chain in chains for entry in chain.entries), default=subject.at)
    files = dict(_files(subject, references, chains))
    manifest = {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files.items())}
    return _zipped({**files, "MANIFEST.json": _json({"as_of": stamp(subject.at), "sha256": manifest})})


def _incident(incident_id: int) -> Incident:
    related = ("client", "component__product", "sla_agreement__subscription")
    found: Incident = Incident.objects.select_related(*related).get(pk=incident_id)
    return found


def _files(
    subject: ReportContext, references: Mapping[str, list[int]], chains: list[ChainProof]
) -> Iterable[tuple[str, bytes]]:
    report = build(ReportType.COMPLIANCE_REPORT, subject, system_principal())
    yield "README.md", README.encode()
    yield "verify.py", VERIFY.encode()
    yield "compliance_report.json", _json(report.as_dict())
    yield from _readable_reports(report)
    yield "timeline.csv", _timeline(subject.incident.pk)
    yield "approvals.json", _json([_approval(each) for each in approvals_about(dict(references))])
    yield "service_levels.json", _json(service_levels_of(subject.incident, subject.at))
    sealed = latest_checkpoint_document()
    yield "audit_entries.jsonl", b"".join(_entry_lines(chains, sealed))
    yield "chains.json", _json([_chain(each) for each in chains])
    if sealed:
        yield "checkpoint.json", _json(sealed)


def _readable_reports(report: Document) -> Iterable[tuple[str, bytes]]:
    """The report in readable formats; PDF only if the installation supports it."""
    stored = report.as_dict()
    whole = Document(**{name: getattr(report, name) for name in DOCUMENT}, digest=postmortem_digest(stored))
    yield "compliance_report.html", FORMATS["html"].render(whole)
    if find_printer() is not None:
        yield "compliance_report.pdf", FORMATS["pdf"].render(whole)


DOCUMENT = tuple(name for name in Document.__dataclass_fields__ if name not in {"digest", "partial"})


def _timeline(incident_id: int) -> bytes:
    entries = ({**entry.shown(), "at": entry.at.isoformat()} for entry in timeline_source(incident_id, Reviewer()))
    return render_csv([TIMELINE, *([entry[name] for name in TIMELINE] for entry in entries)]).encode()


def _approval(approval: Approval) -> dict[str, Any]:
    kept = model_to_dict(approval, fields=APPROVAL)
    return {**kept, "id": approval.pk, "digest": approval.digest, "created_at": approval.created_at}


def _entry_lines(chains: Iterable[ChainProof], sealed: Mapping[str, Any] | None) -> Iterable[bytes]:
    """Each entry, with its proof if a checkpoint of the tree seals it."""
    prover = Prover(dict(sealed)) if sealed and is_of_tree(dict(sealed)) else None
    for chain in chains:
        for entry in chain.entries:
            yield entry_line(entry, prover.proof(entry["id"]) if prover else {})


def _chain(chain: ChainProof) -> dict[str, Any]:
    return {
        "reference_type": chain.reference_type,
        "reference_id": chain.reference_id,
        "entries": len(chain.entries),
        "head": chain.head,
        "verified": chain.verified,
        "problem": chain.problem,
    }


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
