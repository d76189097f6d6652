"""What no sequence of acts may bring about, whatever the two agree on."""

from collections.abc import Iterator

from approvals.models import Approval
from incidents.models import EventCorrelation, EventRecord, Incident
from reporting.models import IncidentReport
from tests.oracle.acts_accounts import activates
from tests.oracle.asking import Line
from tests.oracle.seeds import login
from tests.oracle.severity import worse
from tests.oracle.world import World


class DisagreementError(AssertionError):
    """The product and the model answer differently, or something is true that the policy forbids."""

    def __init__(self, kind: str, case: str) -> None:
        self.kind, self.case = kind, case
        super().__init__(f"{kind}\n{case}")


def agree_on_incidents(world: World, operation: str) -> None:
    """Status, severity and peak are what the model holds, for every incident."""
    held = world.incidents
    rows = Incident.objects.filter(pk__in=held).values_list("pk", "status", "severity", "peak_severity")
    for pk, *values in rows:
        wanted = [held[pk].status, held[pk].severity, held[pk].peak]
        if values != wanted:
            raise DisagreementError(f"after {operation}: status, severity or peak", f"{values}, the model: {held[pk]}")


def agree_on_reviews(world: World, operation: str) -> None:
    """A review stands exactly while nothing that the postmortem tells has changed; the draft of a new one is found."""
    resolved = {pk: each for pk, each in world.incidents.items() if each.status == "resolved"}
    if not resolved:
        return
    standing = IncidentReport.objects.filter(incident__in=resolved, automatic=True, voided_at=None)
    for pk, incident_id, reviewer in standing.values_list("pk", "incident_id", "reviewed_by_id"):
        incident = resolved[incident_id]
        incident.postmortem = pk
        if reviewer != incident.reviewer:
            raise DisagreementError(
                f"after {operation}: whether a review stands", f"by {reviewer}, the model: {incident}"
            )


def final_problems(world: World, line: Line, dead_tokens: list[str]) -> None:
    """Raise for the first thing that must not be."""
    for problem in (
        *_of_judges(world),
        *_of_alerts(world),
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
    for held in Approval.objects.filter(pk__in=world.approvals):
        model = world.approvals[held.pk]
        if (held.consumed_at is not None) is not model.consumed:
            yield "an approval is consumed that authorised nothing, or the other way round"
        if held.approver_id is not None and held.approver_id == held.requester_id:
            yield "an approval was decided by who asked for it"


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
