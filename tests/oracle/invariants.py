"""Invariants that hold after every sequence of acts, independent of the model's verdicts."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import rfc8785

from approvals.models import Approval
from incidents.models import EventCorrelation, EventRecord, Incident
from reporting.models import IncidentReport
from tests.oracle.acts_accounts import activates
from tests.oracle.asking import Line
from tests.oracle.findings import DisagreementError
from tests.oracle.seeds import login
from tests.oracle.severity import worse
from tests.oracle.world import World


def agree_on_incidents(world: World, operation: str) -> None:
    """Status, severity and peak of every incident equal the model's."""
    held = world.incidents
    rows = Incident.objects.filter(pk__in=held).values_list("pk", "status", "severity", "peak_severity")
    for pk, *values in rows:
        wanted = [held[pk].status, held[pk].severity, held[pk].peak]
        if values != wanted:
            raise DisagreementError(f"after {operation}: status, severity or peak", f"{values}, the model: {held[pk]}")


def agree_on_reviews(world: World, operation: str) -> None:
    """A review is valid exactly until a reported record changes; then there is a new draft."""
    resolved = {pk: each for pk, each in world.incidents.items() if each.status == "resolved"}
    if not resolved:
        return
    standing = IncidentReport.objects.filter(incident__in=resolved, automatic=True, voided_at=None)
    for pk, incident_id, reviewer in standing.values_list("pk", "incident_id", "reviewed_by_id"):
        incident = resolved[incident_id]
        incident.postmortem = pk
        if reviewer != incident.reviewer:
            raise DisagreementError(
                f"after {operation}: whether a review is valid", f"by {reviewer}, the model: {incident}"
            )


def final_problems(world: World, line: Line, dead_tokens: list[str]) -> None:
    """Raise for the first thing that must not be."""
    for problem in (
        *_of_judges(world),
        *_of_alerts(world),
        *_of_reports(world),
        *_of_approvals(world),
        *_of_tokens(line, dead_tokens),
        *_of_the_trail(world, line),
    ):
        raise DisagreementError(f"invariant: {problem}", repr(world.incidents))


def _of_judges(world: World) -> Iterator[str]:
    for incident in world.incidents.values():
        judges = {incident.closer, incident.reviewer} - {None}
        if incident.guarded and judges & _reach(world, incident.initiators):
            yield "an initiator closed or reviewed an incident of high or merely stated severity"
        if incident.reviewer is not None and incident.reviewer in _reach(world, {incident.resolver or 0}):
            yield "who resolved an incident reviewed its postmortem"
        if any(worse(each, incident.peak) for each in incident.every_severity):
            yield "a peak is lower than a severity that there was"


def _of_reports(world: World) -> Iterator[str]:
    """The postmortem of a closed incident equals its record at the close."""
    closed = {pk: each.told_at_closing for pk, each in world.incidents.items() if each.status == "closed"}
    standing = IncidentReport.objects.filter(incident__in=closed, automatic=True, voided_at=None, status="completed")
    reports = dict(standing.values_list("incident_id", "content"))
    for pk, told in closed.items():
        if pk not in reports or _words(reports[pk]) != told:
            yield f"a closed incident's postmortem is not its record: {reports.get(pk) and _words(reports[pk])}, {told}"


def _words(content: dict[str, Any]) -> dict[str, Any]:
    def statuses(rows: list[dict[str, Any]]) -> dict[int, str]:
        return {each["id"]: each["status"] for each in rows}

    return {
        "title": content["incident"]["title"],
        "category": content["incident"]["category"],
        "severity": content["severity"]["severity"],
        "peak_severity": content["severity"]["peak_severity"],
        "clients": {each["id"] for each in content["affected_clients"]},
        "resolver": content["people"]["resolved_by_id"],
        "cause_undetermined": content["root_cause"]["undetermined_reason"],
        "workarounds": {each["id"]: each["effectiveness"] for each in content["actions"]["workarounds"]},
        "escalation": statuses(content["escalations"]),
        "rca": statuses(content["root_cause_analyses"]),
        "change": statuses(content["changes"]),
        "rollback": statuses(content["actions"]["rollbacks"]),
    }


def _of_alerts(world: World) -> Iterator[str]:
    """No alert is lost, and no incident of alerts is without one."""
    held = dict(EventRecord.objects.filter(pk__in=world.events).values_list("pk", "severity_hint"))
    if held != {pk: each.hint for pk, each in world.events.items()} or EventRecord.objects.count() != len(held):
        yield "an alert is lost, or another than was recorded"
    made = {pk for pk, each in world.incidents.items() if each.by_events}
    linked = set(EventCorrelation.objects.filter(incident__in=made).values_list("incident_id", flat=True))
    if made != linked:
        yield "an incident of alerts is without an event"


def _reach(world: World, accounts: set[int]) -> set[int]:
    """Every account that the people behind these can act as, or could open with the shares that they have seen."""
    people = [human for human in world.humans if human.accounts & accounts]
    opened = {
        account.id
        for account in world.accounts.values()
        for human in people
        if activates(world, account, human.shares.get(account.id, []))
    }
    return {pk for human in people for pk in human.accounts} | opened


def _of_approvals(world: World) -> Iterator[str]:
    """The requester, the approver, the body and the user of an approval."""
    for held in Approval.objects.filter(pk__in=world.approvals):
        model = world.approvals[held.pk]
        bound: dict[str, Any] = {"operation": held.operation, "payload": model.body}
        if model.target is not None:  # absent is not null
            bound |= {"reference_type": held.reference_type, "reference_id": model.target}
        if held.digest != sha256(rfc8785.dumps(bound)).hexdigest():
            yield "an approval binds another body than requested"
        if (held.requester_id, held.approver_id) != (model.requester, model.approver):
            yield "an approval names another requester or approver"
        if model.used_by not in (None, model.requester):
            yield "an approval was used by someone other than the requester"
        if (held.consumed_at is not None) is not model.consumed:
            yield "an approval is consumed that authorised nothing, or the other way round"
        if held.approver_id is not None and held.approver_id == held.requester_id:
            yield "an approval was decided by its requester"


def _of_tokens(line: Line, dead_tokens: list[str]) -> Iterator[str]:
    for token in dead_tokens[-5:]:
        if line.send("get", "/me/", token).status != 401:
            yield "a token of ended access still opens"


def _of_the_trail(world: World, line: Line) -> Iterator[str]:
    """The chains verify, as an executive reads it over HTTP."""
    executives = [each for each in world.accounts.values() if each.role == "executive" and each.status == "active"]
    if not executives:
        return
    token = executives[0].tokens.get(False) or login(executives[0], "")
    for pk in sorted(world.incidents)[:3]:
        answer = line.send("get", f"/audit-entries/verify/?reference_type=incident&reference_id={pk}", token)
        if not answer.document.get("verified"):
            yield "the trail of an incident does not verify"
