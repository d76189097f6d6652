"""Conditions of an operation beyond the role: duties, elevation, in person.

Each is a named predicate `(actor, target, data) -> bool` with the rule as text for readers. Programs evaluate the
declared facts (`needs_body`, `unconditional`), never the text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.codes import Code

Predicate = Callable[[Any, Any, Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty restricts an operation by person, assignment or scope.

    `holds` is true when the duty is met. `needs_body` marks duties that depend on the body.
    """

    name: str
    text: str
    code: Code
    holds: Predicate
    field: str | None
    next: str
    needs_body: bool


def duty(
    text: str, *, code: Code, field: str | None = None, next: str = "", needs_body: bool = False
) -> Callable[[Predicate], Duty]:
    """Declare a predicate as a named duty; the text is the rule, in one sentence."""

    def name_it(predicate: Predicate) -> Duty:
        return Duty(predicate.__name__, text, code, predicate, field, next, needs_body)

    return name_it


@dataclass(frozen=True, slots=True)
class Elevation:
    """When an operation needs an approval, and from whom. It is only the default: the approval rules decide.

    `unconditional` means that it applies to every request, and is known before the body is read.
    """

    name: str
    text: str
    applies: Predicate
    approvers: frozenset[str]
    unconditional: bool


def changes(target: Any, data: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether any of these values in a request differs from the record's value."""
    return any(name in data and data[name] != getattr(target, name) for name in names)


def elevation(text: str, *, approvers: Iterable[str], unconditional: bool = False) -> Callable[[Predicate], Elevation]:
    """Declare a predicate as a named elevation, evaluated before the write."""

    def name_it(predicate: Predicate) -> Elevation:
        return Elevation(predicate.__name__, text, predicate, frozenset(approvers), unconditional)

    return name_it


@dataclass(frozen=True, slots=True)
class InPerson:
    """When an operation must be done by a logged-in person, and never with a token that names a software agent.

    `unconditional` and `needs_body` decide when the condition is evaluated. Two kinds of operations are open to agents
    nevertheless: those whose response then omits values for the person only (`withholds`), and those that the person
    could perform directly (`directly`), where the approval gate demands an approval from an agent.
    """

    text: str
    applies: Predicate
    unconditional: bool = False
    needs_body: bool = False
    withholds: bool = False
    directly: bool = False

    @property
    def refuses(self) -> bool:
        """Whether an agent is refused because of this condition."""
        return not (self.withholds or self.directly)

    ALWAYS: ClassVar["InPerson"]


InPerson.ALWAYS = InPerson("always", lambda actor, target, data: True, unconditional=True)


def done_in_person(text: str, *, needs_body: bool = False, withholds: bool = False) -> Callable[[Predicate], InPerson]:
    """Declare a predicate as the condition under which an operation must be done in person."""

    def name_it(predicate: Predicate) -> InPerson:
        return InPerson(text, predicate, needs_body=needs_body, withholds=withholds)

    return name_it


def in_person_directly(elevated: Elevation) -> InPerson:
    """A possible approver performs the elevated operation in person; their agent needs an approval."""

    def performs_directly(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
        return actor.role in elevated.approvers and elevated.applies(actor, target, data)

    needs_body = not elevated.unconditional
    return InPerson("an EX performing it directly", performs_directly, needs_body=needs_body, directly=True)
