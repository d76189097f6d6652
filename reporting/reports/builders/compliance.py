"""The compliance report: decisions with their authority, and the proof from the audit trail."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from approvals.models import Approval
from changes.models import ChangeRequest, RollbackRequest
from core.operations.entities import models_by_type
from incidents.models import RootCauseAnalysis
from reporting.models import IncidentReport
from reporting.reports.builders.duty_checks import BROKEN, HELD, DutyOutcome, Evidence, outcomes
from reporting.reports.builders.parts import TableColumn, service_level, severity_figure, sla_figure, table
from reporting.reports.context import ReportContext, ids_of
from reporting.reports.document import (
    INSIDE,
    OUTSIDE,
    Figure,
    KeyFigures,
    Paragraph,
    Section,
    Tone,
    ValueKind,
)
from reporting.reports.missing import Missing, require
from reporting.reports.proof import ChainProof, chains_of
from reporting.reports.values import stamp, words

# The maximum number of acts in the report; the auditor's pack contains all of them.
MAX_ENTRIES = 200
# The foreign key from a record to its incident.
OF_INCIDENT = "incident_id"


def compliance_report(subject: ReportContext) -> tuple[Section, ...]:
    """The sections for an auditor. Raises Refusal (422 calculation_failed) if the trail has no entry. SOP 23."""
    evidence, chains = evidence_of(subject), chains_of(references_of(subject))
    missing = Missing("audit_entries", "The audit trail has no entries about this incident.")
    require([] if any(each.reference_type == "incident" for each in chains) else [missing])
    checked = outcomes(evidence)
    _want(subject, evidence, chains)
    return (
        Section("Verdict", (_verdict(subject, checked, chains),), INSIDE),
        Section("Decisions and their authority", (_decisions(subject, evidence),), INSIDE),
        Section("Approvals", (_approvals(subject, evidence.approvals),), INSIDE),
        Section("Segregation of duties", (_duties(checked),), INSIDE),
        service_level(subject),
        _proof_inside(chains),
        Section("Proof from the audit trail", (Paragraph(_proof_sentence(chains)),), OUTSIDE),
        _acts(subject, chains),
        _deviations(subject),
    )


def references_of(subject: ReportContext) -> dict[str, list[int]]:
    """All records of the incident whose chains are verified: entity type → ids, one statement for each type."""
    found = ids_of(subject.facts)
    for kind, model in sorted(models_by_type().items()):
        if OF_INCIDENT in {each.attname for each in model._meta.concrete_fields}:
            ids = model.objects.filter(incident_id=subject.incident.pk).values_list("pk", flat=True)
            found[kind] = sorted({*found.get(kind, ()), *ids})
    return {kind: ids for kind, ids in found.items() if ids}


def evidence_of(subject: ReportContext) -> Evidence:
    """The decisions on an incident, one statement for each kind of record."""
    found, incident = ids_of(subject.facts), subject.incident
    reviewed = IncidentReport.objects.filter(incident_id=incident.pk, reviewed_by__isnull=False)
    return Evidence(
        incident=incident,
        approvals=approvals_about(found),
        changes=list(ChangeRequest.objects.filter(pk__in=found.get("change_request", ())).order_by("pk")),
        rollbacks=list(RollbackRequest.objects.filter(pk__in=found.get("rollback_request", ())).order_by("pk")),
        analyses=list(RootCauseAnalysis.objects.filter(incident_id=incident.pk).order_by("pk")),
        reviews=list(reviewed.select_related("incident").order_by("pk")),
    )


def approvals_about(references: dict[str, list[int]]) -> list[Approval]:
    """The approvals that refer to one of these records, or to a report on the incident."""
    about = Q(payload__incident_id__in=references["incident"])
    for kind, ids in references.items():
        about |= Q(reference_type=kind, reference_id__in=ids)
    return list(Approval.objects.filter(about).order_by("pk"))


def _want(subject: ReportContext, evidence: Evidence, chains: Iterable[ChainProof]) -> None:
    """Collect the ids of all people in the report, so that one statement finds them."""
    people, incident = subject.people, subject.incident
    people.want([incident.resolved_by_id, incident.closed_by_id])
    for approval in evidence.approvals:
        people.want([approval.requester_id, approval.approver_id])
    decided: list[ChangeRequest | RollbackRequest] = [*evidence.changes, *evidence.rollbacks]
    for record in decided:
        people.want([record.requested_by_id, record.approved_by_id])
    for analysis in evidence.analyses:
        people.want([analysis.assigned_to_id, analysis.reviewed_by_id])
    people.want(report.reviewed_by_id for report in evidence.reviews)
    people.want(entry["user_id"] for chain in chains for entry in chain.entries)


def _verdict(subject: ReportContext, checked: list[DutyOutcome], chains: list[ChainProof]) -> KeyFigures:
    broken = [each for each in checked if each.result == BROKEN]
    held = sum(each.result == HELD for each in checked)
    torn = [each for each in chains if not each.verified]
    entries = sum(len(each.entries) for each in chains)
    incident = subject.incident
    return KeyFigures(
        (
            Figure(
                "Duties segregated", "broken" if broken else "yes", note=(f"{held} checks passed"), tone=_tone(broken)
            ),
            Figure("Audit trail", "broken" if torn else "verified", note=f"{entries} entries", tone=_tone(torn)),
            sla_figure(subject),
            severity_figure(incident.severity, incident.peak_severity),
            Figure("Status", str(incident.status), ValueKind.WORD),
        )
    )


def _tone(problems: list[Any]) -> Tone:
    return Tone.BAD if problems else Tone.GOOD


def _decisions(subject: ReportContext, evidence: Evidence) -> Any:
    incident, name = evidence.incident, subject.people.name
    rows: list[tuple[Any, str, str, int | None, int | None]] = [
        *((each.decided_at, f"Change {each.pk}", each.status, each.requested_by_id, each.approved_by_id)
          for each in evidence.changes),
        *((each.executed_at, f"Rollback {each.pk}", each.status, each.requested_by_id, each.approved_by_id)
          for each in evidence.rollbacks),
        *((each.approved_at, f"Analysis {each.pk}", each.status, each.assigned_to_id, each.reviewed_by_id)
          for each in evidence.analyses),
        *((each.reviewed_at, f"Postmortem {each.pk}", "reviewed", each.generated_by_id, each.reviewed_by_id)
          for each in evidence.reviews),
    ]  # fmt: skip
    if incident.resolved_at is not None:
        rows.append((incident.resolved_at, "Resolution", "resolved", None, incident.resolved_by_id))
    if incident.closed_at is not None:
        rows.append((incident.closed_at, "Closure", "closed", None, incident.closed_by_id))
    shown = (
        TableColumn("When", lambda row: stamp(row[0]), ValueKind.TIME),
        TableColumn("What", lambda row: row[1]),
        TableColumn("Outcome", lambda row: str(row[2]), ValueKind.WORD),
        TableColumn("Requested or created by", lambda row: name(row[3])),
        TableColumn("Decided by", lambda row: name(row[4])),
    )
    return table(rows, shown, empty="Nothing has been decided yet.")


def _approvals(subject: ReportContext, approvals: list[Approval]) -> Any:
    name = subject.people.name
    shown = (
        TableColumn("No.", lambda each: each.pk, ValueKind.NUMBER),
        TableColumn("Operation", lambda each: each.operation or each.requested_action),
        TableColumn("Requested by", lambda each: name(each.requester_id)),
        TableColumn("Decided by", lambda each: name(each.approver_id)),
        TableColumn("Decided", lambda each: stamp(each.decided_at), ValueKind.TIME),
        TableColumn("Status", lambda each: str(each.status), ValueKind.WORD),
        TableColumn("Request digest", lambda each: each.digest, ValueKind.DIGEST),
    )
    return table(approvals, shown, empty="No approval was requested.")


def _duties(checked: list[DutyOutcome]) -> Any:
    shown = (
        TableColumn("Rule", lambda each: each.rule),
        TableColumn("Records", lambda each: each.records, ValueKind.NUMBER),
        TableColumn("Result", lambda each: each.result),
        TableColumn("First inconsistency", lambda each: each.where),
    )
    return table(checked, shown)


def _proof_sentence(chains: list[ChainProof]) -> str:
    torn = [each for each in chains if not each.verified]
    entries = sum(len(each.entries) for each in chains)
    narrative = f"{entries} audit entries in {len(chains)} hash chains were verified"
    return (
        f"{narrative}; {len(torn)} chain(s) are inconsistent."
        if torn
        else f"{narrative}, and all of them are consistent."
    )


def _proof_inside(chains: list[ChainProof]) -> Section:
    shown = (
        TableColumn("Record", lambda each: f"{words(each.reference_type)} {each.reference_id}"),
        TableColumn("Entries", lambda each: len(each.entries), ValueKind.NUMBER),
        TableColumn("Holds", lambda each: each.verified),
        TableColumn("Chain head (SHA-256)", lambda each: each.head, ValueKind.DIGEST),
        TableColumn("Problem", lambda each: each.problem),
    )
    return Section("Proof from the audit trail", (Paragraph(_proof_sentence(chains)), table(chains, shown)), INSIDE)


def _acts(subject: ReportContext, chains: list[ChainProof]) -> Section:
    """The latest acts on the incident's records, oldest first."""
    entries = sorted((entry for chain in chains for entry in chain.entries), key=lambda entry: entry["id"])
    name = subject.people.name
    shown = (
        TableColumn("When", lambda row: stamp(row["created_at"]), ValueKind.TIME),
        TableColumn("Who", lambda row: name(row["user_id"])),
        TableColumn("Agent", "agent"),
        TableColumn("Operation", "operation"),
        TableColumn("Record", lambda row: f"{words(row['reference_type'])} {row['reference_id']}"),
    )
    narrative = f"The latest {MAX_ENTRIES} of {len(entries)} entries." if len(entries) > MAX_ENTRIES else "All entries."
    return Section("Acts on the incident", (table(entries[-MAX_ENTRIES:], shown, caption=narrative),), INSIDE)


def _deviations(subject: ReportContext) -> Section:
    """The current rules that an imported incident breaks."""
    found = subject.incident.imported_violations or []
    rows = [each if isinstance(each, dict) else {"rule": str(each), "detail": ""} for each in found]
    shown = (
        TableColumn("Rule", lambda row: str(row.get("rule", ""))),
        TableColumn("How", lambda row: str(row.get("detail", row.get("problem", "")))),
    )
    return Section("Deviations of the imported record", (table(rows, shown),), INSIDE)
