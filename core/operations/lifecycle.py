"""Lifecycles as tables: from each status, those that a record may move to.

    ESCALATION_MOVES = Lifecycle("escalation", {OPEN: (ACKNOWLEDGED,), ACKNOWLEDGED: (RESOLVED,)}, initial=OPEN)

An operation declares the rows that it carries out: `moves=ESCALATION_MOVES.to(RESOLVED)`. From the declaration follow
the transitions that `require_transition` permits, the words of the lifecycle and the code `invalid_transition`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from core.codes import Code
from core.context import current
from core.errors import Item, Refusal, Undeclared


class Lifecycle(Mapping[str, tuple[str, ...]]):
    """The transitions of one kind of record, and the status of a new one.

    `base` is the usual lifecycle where this one only adds transitions to it.
    """

    def __init__(
        self,
        name: str,
        table: Mapping[str, tuple[str, ...]],
        *,
        initial: str,
        base: Optional["Lifecycle"] = None,
    ) -> None:
        self.name, self.initial, self.base = name, initial, base
        self._table = dict(table)

    def __getitem__(self, status: str) -> tuple[str, ...]:
        return self._table[status]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def widened(self, name: str, more: Mapping[str, tuple[str, ...]]) -> "Lifecycle":
        """This lifecycle with further transitions, for records of a special kind."""
        table = {status: (*targets, *more.get(status, ())) for status, targets in self.items()}
        return Lifecycle(name, table, initial=self.initial, base=self)

    def to(self, *statuses: str, start: tuple[str, ...] = ()) -> "Moves":
        """The rows that lead to these statuses; only those from the statuses `start`, where some are named.

        Raises Undeclared for a status that no row leads to.
        """
        rows = [(one, target) for target in statuses for one in self if target in self[one]]
        kept = tuple((one, target) for one, target in rows if not start or one in start)
        if {target for _, target in kept} != set(statuses):
            raise Undeclared(f"the lifecycle of the {self.name} has no such transition to {', '.join(statuses)}")
        return Moves(self, kept)

    def all(self) -> "Moves":
        """Every row of the table."""
        return self.to(*dict.fromkeys(target for targets in self.values() for target in targets))

    def new(self, *statuses: str) -> "Moves":
        """The making of a record; `statuses` are those it may end up in, where that is not the initial one."""
        return Moves(self, (), statuses or (self.initial,))


@dataclass(frozen=True, slots=True)
class Moves:
    """What one operation does within a lifecycle: rows of its table, or the statuses of the record that it makes."""

    lifecycle: Lifecycle
    rows: tuple[tuple[str, str], ...]
    made: tuple[str, ...] = ()

    def __contains__(self, row: tuple[str, str]) -> bool:
        return row in self.rows

    def __str__(self) -> str:
        """In words: `incident: open|in_progress → escalated`."""
        made = [f"→ {_either(self.made)}"] if self.made else []
        return f"{self.lifecycle.name}: {'; '.join([*made, *self._lines()])}"

    def _lines(self) -> Iterator[str]:
        """One line for all targets that are reached from the same statuses."""
        sources: dict[str, list[str]] = {}
        for one, target in self.rows:
            sources.setdefault(target, []).append(one)
        lines: dict[tuple[str, ...], list[str]] = {}
        for target, starts in sources.items():
            lines.setdefault(tuple(starts), []).append(target)
        for starts_from, targets in lines.items():
            yield f"{_either(starts_from)} → {_either(targets)}"


def allowed_from(table: Mapping[str, tuple[str, ...]], status: str) -> list[str]:
    return [str(each) for each in table.get(status, ())]


def may_move(lifecycle: Lifecycle, status: str, new_status: str) -> bool:
    """Whether the operation at work may make this transition; outside of one, whether the table has it.

    Raises Undeclared when the operation declares no transition of this lifecycle at all.
    """
    operation = current().operation
    if operation is None:
        return new_status in lifecycle.get(status, ())
    declared = [each for each in operation.moves if each.rows and each.lifecycle in (lifecycle, lifecycle.base)]
    if not declared:
        raise Undeclared(f"{operation.name} declares no transition of the {lifecycle.name}")
    return any((status, new_status) in each for each in declared)


def require_transition(
    lifecycle: Lifecycle, record: Any, new_status: str, *, next: str = "", field: str = "status"
) -> None:
    """Refuse (409 invalid_transition) a transition that the operation does not declare; the allowed ones are listed.

    `field` is the record's field that holds the status.
    """
    status = getattr(record, field)
    if may_move(lifecycle, status, new_status):
        return
    allowed = allowed_from(lifecycle, status)
    detail = f"{record.entity_type.replace('_', ' ')} {record.pk} is {status} and cannot become {new_status}."
    item = Item("invalid_transition", detail, field, {"allowed": allowed, "status": str(status)})
    raise Refusal(Code.INVALID_TRANSITION, detail, rule=f"{record.entity_type}_lifecycle", errors=[item], next=next)


def _either(statuses: Iterable[str]) -> str:
    return "|".join(str(each) for each in statuses)
