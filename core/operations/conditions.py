"""What decides, beyond the role, whether an operation may be carried out: duties, elevation, in person.

Each is a named predicate `(actor, target, data) -> bool` with the rule as a text for readers. What the programs decide
by are the declared facts (`needs_body`, `unconditional`), never the text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.codes import Code

Predicate = Callable[[Any, Any, Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Duty:
    """Who may, judged by person, assignment or scope.

    `holds` is true when the duty is met. `needs_body` marks those that cannot be judged before the body is read.
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
    """Make a named duty of a predicate; the text is the rule, in one sentence."""

    def name_it(predicate: Predicate) -> Duty:
        return Duty(predicate.__name__, text, code, predicate, field, next, needs_body)

    return name_it


@dataclass(frozen=True, slots=True)
class Elevation:
    """When an operation needs borrowed authority, and whose. Only the default: the approval rules decide.

    `unconditional` says that it applies to every request, so that this is known before the body is.
    """

    name: str
    text: str
    applies: Predicate
    approvers: frozenset[str]
    unconditional: bool


def changes(target: Any, data: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether values of a request differ from those that the record has, in any of these names."""
    return any(name in data and data[name] != getattr(target, name) for name in names)


def elevation(text: str, *, approvers: Iterable[str], unconditional: bool = False) -> Callable[[Predicate], Elevation]:
    """Make a named elevation of a predicate, judged before the write."""

    def name_it(predicate: Predicate) -> Elevation:
        return Elevation(predicate.__name__, text, predicate, frozenset(approvers), unconditional)

    return name_it


@dataclass(frozen=True, slots=True)
class InPerson:
    """When only the person, logged in, may ask, and never a token that names a software agent.

    `unconditional` and `needs_body` say when this can be judged. An agent may ask for two kinds of operations all the
    same: where the answer then leaves out what is for the person (`withholds`), and where an approval lends what the
    person could do directly (`directly`): the approval gate refuses it without one.
    """

    text: str
    applies: Predicate
    unconditional: bool = False
    needs_body: bool = False
    withholds: bool = False
    directly: bool = False

    @property
    def refuses(self) -> bool:
        """Whether an agent is refused for it."""
        return not (self.withholds or self.directly)

    ALWAYS: ClassVar["InPerson"]


InPerson.ALWAYS = InPerson("always", lambda actor, target, data: True, unconditional=True)


def done_in_person(text: str, *, needs_body: bool = False, withholds: bool = False) -> Callable[[Predicate], InPerson]:
    """Make the condition of a predicate under which an operation is carried out in person."""

    def name_it(predicate: Predicate) -> InPerson:
        return InPerson(text, predicate, needs_body=needs_body, withholds=withholds)

    return name_it


def in_person_directly(elevated: Elevation) -> InPerson:
    """Who could approve an elevated operation performs it directly in person; their agent needs an approval."""

    def performs_directly(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
        return actor.role in elevated.approvers and elevated.applies(actor, target, data)

    needs_body = not elevated.unconditional
    return InPerson("an EX performing it directly", performs_directly, needs_body=needs_body, directly=True)
