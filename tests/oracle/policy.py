"""The order of the policy's checks, and the table of permitted operations."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.oracle.world import Account, Actor, World

ROLES = {
    "IM": "incident_manager",
    "TS": "technical_support",
    "SA": "system_administrator",
    "AM": "account_manager",
    "EX": "executive",
    "VC": "vendor_contact",
    "CC": "client_contact",
}

with (Path(__file__).parents[1] / "architecture" / "OPERATIONS.tsv").open(encoding="utf-8") as lines:
    TABLE = {
        row["operation"]: frozenset(ROLES) if row["roles"] == "ALL" else frozenset(row["roles"].split())
        for row in csv.DictReader(lines, delimiter="\t")
    }
# What no token of a software agent is granted here; a token does what it names and nothing else.
WITHHELD = frozenset({"vendor.update", "workaround.update", "incident.add_note"})
SHORT = {role: short for short, role in ROLES.items()}

# The status under which the contract gives each code that this model predicts.
STATUS = {
    "validation_error": 400,
    "unknown_field": 400,
    "invalid_reference": 400,
    "invalid_credentials": 401,
    "role_not_permitted": 403,
    "user_inactive": 403,
    "out_of_scope": 403,
    "actor_mismatch": 403,
    "segregation_of_duties": 403,
    "in_person_required": 403,
    "operation_not_granted": 403,
    "approval_required": 403,
    "approval_invalid": 403,
    "not_found": 404,
    "duplicate": 409,
    "duplicate_open_incident": 409,
    "invalid_transition": 409,
    "precondition_failed": 409,
    "stale_version": 412,
    "severity_mismatch": 422,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The policy's verdict: permitted, or a code and the decisive items."""

    code: str = ""
    items: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether the request is refused."""
        return bool(self.code)


ALLOWED = Verdict()


@dataclass
class Ask:
    """One request: who it is about is in the path, `record` is the model's own record of it."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    record: Any = None
    flaw: str = ""
    stale: bool = False
    approval: Any = None
    facts: dict[str, Any] = field(default_factory=dict)


class Act:
    """One operation: its request, the policy's verdict, and its effect on the model.

    The methods are the stages of the order of refusals; each returns a code, or "" if it permits the request.
    """

    operation = ""
    weight = 2
    success = 200
    approvers: frozenset[str] = frozenset({"EX"})

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        """A possible request, or None without a suitable record."""
        raise NotImplementedError

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        """Whether it must always be done in person."""
        return False

    def visible(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        """The code of a broken duty that needs no body."""
        return ""

    def references(self, world: World, actor: Actor, ask: Ask) -> str:
        """The code of something that the body names and that may not be named."""
        return ""

    def success_status(self, world: World, ask: Ask) -> int:
        """The status of success."""
        return self.success

    def body_duties(self, world: World, actor: Actor, ask: Ask) -> str:
        return ""

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return ALLOWED

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return False

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        """Apply the act to the model."""


def judge(act: Act, world: World, actor: Actor, ask: Ask) -> Verdict:
    """The policy's one right answer to a request."""
    return next((verdict for verdict in _stages(act, world, actor, ask) if verdict), ALLOWED)


def _stages(act: Act, world: World, actor: Actor, ask: Ask) -> Iterator[Verdict]:
    if actor.account.status != "active":
        yield Verdict("user_inactive")
    if SHORT[actor.account.role] not in TABLE[act.operation]:
        yield Verdict("role_not_permitted")
    if actor.agent and act.in_person(world, actor, ask):
        yield Verdict("in_person_required")
    if actor.agent and act.operation in WITHHELD:
        yield Verdict("operation_not_granted")
    if not act.visible(world, actor, ask):
        yield Verdict("not_found")
    yield Verdict(act.duties(world, actor, ask))
    mismatch = ask.flaw == "actor_mismatch"
    yield Verdict(of_several("" if mismatch else ask.flaw, act.references(world, actor, ask)))
    yield Verdict(ask.flaw)
    yield Verdict(act.body_duties(world, actor, ask))
    if ask.stale:
        yield Verdict("stale_version")
    yield act.state(world, actor, ask)
    if act.elevated(world, actor, ask) and not performs_directly(act, actor):
        yield approval_fits(act, world, actor, ask)


def of_several(*codes: str) -> str:
    """The code of a body with failing fields: with several kinds it is validation_error."""
    kinds = {code for code in codes if code}
    return kinds.pop() if len(kinds) == 1 else "validation_error" if kinds else ""


def performs_directly(act: Act, actor: Actor) -> bool:
    """An approver in person needs no approval; their software agent does."""
    return SHORT[actor.account.role] in act.approvers and not actor.agent


def approval_fits(act: Act, world: World, actor: Actor, ask: Ask) -> Verdict:
    approval = ask.approval
    if approval is None:
        return Verdict("approval_required")
    approver: Account | None = world.accounts.get(approval.approver) if approval.approver else None
    sound = (
        approval.requester == actor.account.id
        and approval.operation == act.operation
        and approval.target == (ask.record.id if ask.record is not None else None)
        and approval.body == (ask.body or {})
        and approval.status == "approved"
        and not approval.consumed
        and world.now - approval.decided_at < approval.life
        and approver is not None
        and approver.status == "active"
        and SHORT[approver.role] in act.approvers
        and approver.id != actor.account.id
    )
    return ALLOWED if sound else Verdict("approval_invalid")
