"""What no sequence of acts may bring about, whatever the two agree on."""

from collections.abc import Iterator

from approvals.models import Approval
from incidents.models import Incident
from tests.api import Api
from tests.oracle.acts_accounts import activates
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


def final_problems(world: World, dead_tokens: list[str]) -> None:
    """Raise for the first thing that must not be."""
    for problem in (*_of_judges(world), *_of_approvals(world), *_of_tokens(dead_tokens), *_of_the_trail(world)):
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


def _of_tokens(dead_tokens: list[str]) -> Iterator[str]:
    for token in dead_tokens[-5:]:
        if Api(Authorization=f"Token {token}").get("/me/").status_code != 401:
            yield "a token of ended access still opens"


def _of_the_trail(world: World) -> Iterator[str]:
    """The chains verify, as an executive reads it over HTTP."""
    executives = [each for each in world.accounts.values() if each.role == "executive" and each.status == "active"]
    if not executives:
        return
    api = Api(Authorization=f"Token {login(executives[0], '')}")
    for pk in sorted(world.incidents)[:3]:
        answer = api.get(f"/audit-entries/verify/?reference_type=incident&reference_id={pk}").json()
        if not answer.get("verified"):
            yield "the trail of an incident does not verify"
