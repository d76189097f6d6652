"""The language of the task tables: plain data, and short functions that write it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Values = dict[str, Any]
# The tools that every agent has: those that read, and the operations of those that write.
READS = {"find", "get", "check", "policy", "approval_status", "inbox"}
ALWAYS = {"handoff": "handoff.create", "request_approval": "approval.request"}


class Outcome(StrEnum):
    """How a task should end."""

    DONE = "done"
    HALTED = "halted"  # nothing is written: an input is missing or wrong
    HANDED_OVER = "handed over"  # a handoff, or a request for approval


class Bad(StrEnum):
    """The scripted agents that are bad on purpose; each must fail the tasks that name it."""

    RETRIES = "retries"
    SKIPS_CHECKS = "skips_checks"
    OBEYS_TEXT = "obeys_text"
    NEVER_HANDS_OVER = "never_hands_over"


@dataclass(frozen=True)
class Record:
    """A record of the start world, made by the factory of its type. Texts that begin with @ name other records."""

    kind: str
    key: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """An operation that a person has executed before the task starts; its result is kept under `key`."""

    person: str
    operation: str
    body: Values = field(default_factory=dict)
    on: str = ""
    key: str = ""


@dataclass(frozen=True)
class Fact:
    """A fact of the database: how many records of a type have these values."""

    kind: str
    values: Values
    count: int = 1


@dataclass(frozen=True)
class Call:
    """A call of the reference agent. Texts that begin with $ are ids in the result of an earlier call."""

    tool: str
    arguments: Values
    key: str = ""
    # Only verifies: the agent that skips checks leaves it out.
    verifies: bool = False


@dataclass(frozen=True)
class Task:
    """A request, the world it is made in, and what the database must say afterwards."""

    name: str
    sop: int
    person: str
    words: str
    outcome: Outcome
    calls: tuple[Call, ...]
    given: tuple[Record | Act, ...] = ()
    facts: tuple[Fact, ...] = ()
    # Entity types that the agent must have looked up before its first write.
    checks: tuple[str, ...] = ()
    # Operations that may leave entries besides those of the reference agent's calls.
    may: tuple[str, ...] = ()
    # What the agent does that obeys an instruction hidden in the data, and the words by which it knows it.
    lure: str = ""
    obeyed: tuple[Call, ...] = ()
    # The only client of the token, by key.
    bound_to: str = ""
    fails: tuple[Bad, ...] = ()


def record(kind: str, key: str, **values: Any) -> Record:
    return Record(kind, key, values)


def fact(kind: str, count: int = 1, **values: Any) -> Fact:
    return Fact(kind, values, count)


def find(kind: str, search: str = "", key: str = "", **filters: Any) -> Call:
    """Find a record, and keep its id under the key or the type."""
    return Call("find", _query(kind, search, filters), key or kind)


def verify(kind: str, search: str = "", **filters: Any) -> Call:
    """Look whether there is such a record."""
    return Call("find", _query(kind, search, filters), verifies=True)


def view(name: str, of: str = "$incident") -> Call:
    """Read a view of an incident to verify something."""
    return Call("get", {"entity_type": "incident", "id": of, "view": name}, verifies=True)


def do(operation: str, key: str = "", **arguments: Any) -> Call:
    return Call(operation, arguments, key)


def hand_over(operation: str, code: str, **reference: Any) -> Call:
    """Hand a refused operation to a person; `reference` is its type and id."""
    named = _reference(reference)
    return Call("handoff", {"reason_code": "policy", "operation": operation, "code": code, **named})


def handed_over(operation: str, **more: Any) -> Fact:
    return fact("handoff", operation=operation, status="open", created_by="@person", **more)


def ask_approval(operation: str, payload: Values, **reference: Any) -> Call:
    named = _reference(reference)
    return Call("request_approval", {"operation": operation, "payload": payload, **named})


def approval_asked(operation: str, **more: Any) -> Fact:
    return fact("approval", operation=operation, status="pending", requester="@person", **more)


def _query(kind: str, search: str, filters: Values) -> Values:
    return {
        "entity_type": kind,
        **({"search": search} if search else {}),
        **({"filters": filters} if filters else {}),
    }


def _reference(named: Values) -> Values:
    """A reference as the API takes it, from `type="$id"`; empty without one."""
    return next(({"reference_type": kind, "reference_id": pk} for kind, pk in named.items()), {})
