"""Lifecycles as tables: the permitted next statuses of each status.

    ESCALATION_MOVES = Lifecycle("escalation", {OPEN: (ACKNOWLEDGED,), ACKNOWLEDGED: (RESOLVED,)}, initial=OPEN)

An operation declares its transitions: `moves=ESCALATION_MOVES.to(RESOLVED)`. The declaration determines the transitions
that `require_transition` permits, the lifecycle's description and the code `invalid_transition`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from core.codes import Code
from core.context import current
from core.errors import Item, Refusal, UndeclaredError


class Lifecycle(Mapping[str, tuple[str, ...]]):
    """The transitions of one kind of record, and the status of a new one.

    `base` is the general lifecycle, if this one only adds transitions to it.
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
        """This lifecycle with additional transitions, for a special kind of record."""
        table = {status: (*targets, *more.get(status, ())) for status, targets in self.items()}
        return Lifecycle(name, table, initial=self.initial, base=self)

    def to(self, *statuses: str, start: tuple[str, ...] = ()) -> "Moves":
        """The transitions to these statuses, optionally only from the statuses `start`.

        Raises UndeclaredError for a status without a transition to it.
        """
        rows = [(one, target) for target in statuses for one in self if target in self[one]]
        kept = tuple((one, target) for one, target in rows if not start or one in start)
        if {target for _, target in kept} != set(statuses):
            raise UndeclaredError(f"the lifecycle of the {self.name} has no such transition to {', '.join(statuses)}")
        return Moves(self, kept)

    def all(self) -> "Moves":
        """Every transition of the table."""
        return self.to(*dict.fromkeys(target for targets in self.values() for target in targets))

    def new(self, *statuses: str) -> "Moves":
        """The creation of a record; `statuses` are its possible first statuses, if not only the initial one."""
        return Moves(self, (), statuses or (self.initial,))


@dataclass(frozen=True, slots=True)
class Moves:
    """The part of a lifecycle that one operation performs: transitions, or the first statuses of a new record."""

    lifecycle: Lifecycle
    rows: tuple[tuple[str, str], ...]
    made: tuple[str, ...] = ()

    def __contains__(self, row: tuple[str, str]) -> bool:
        return row in self.rows

    def __str__(self) -> str:
        """As text: `incident: open|in_progress → escalated`."""
        made = [f"→ {_either(self.made)}"] if self.made else []
        return f"{self.lifecycle.name}: {'; '.join([*made, *self._lines()])}"

    def _lines(self) -> Iterator[str]:
        """One line for all targets with the same source statuses."""
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
    """Whether the current operation may make this transition; outside of one, whether the table contains it.

    Raises UndeclaredError when the operation declares no transition of this lifecycle at all.
    """
    operation = current().operation
    if operation is None:
        return new_status in lifecycle.get(status, ())
    declared = [each for each in operation.moves if each.rows and each.lifecycle in (lifecycle, lifecycle.base)]
    if not declared:
        raise UndeclaredError(f"{operation.name} declares no transition of the {lifecycle.name}")
    return any((status, new_status) in each for each in declared)


def require_transition(
    lifecycle: Lifecycle, record: Any, new_status: str, *, next: str = "", field: str = "status"
) -> None:
    """Refuse (409 invalid_transition) a transition that the operation does not declare, and list the allowed ones.

    `field` is the record's status field.
    """
    status = getattr(record, field)
    if may_move(lifecycle, status, new_status):
        return
    allowed = allowed_from(lifecycle, status)
    detail = (
        f"{record.entity_type.replace('_', ' ')} {record.pk} is {status}; the transition to {new_status} is not "
        "allowed."
    )
    item = Item("invalid_transition", detail, field, {"allowed": allowed, "status": str(status)})
    raise Refusal(Code.INVALID_TRANSITION, detail, rule=f"{record.entity_type}_lifecycle", errors=[item], next=next)


def _either(statuses: Iterable[str]) -> str:
    return "|".join(str(each) for each in statuses)
