"""Hooks that higher layers register at startup, because core must not import them.

`approvals` decides elevated operations, `grants` what a software agent may do. Without either the application does not
start, so no installation can run without them. `restamp` is the ordered list of functions that recompute dependent
records in higher layers when a record has changed; `followers` receive all records of their types that an operation
wrote, when it is complete; `dependants` report whether a record in a higher layer currently depends on a record.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import UndeclaredError

# A saved record and its changes: {field: (old, new)}.
Saved = tuple[Any, Mapping[str, tuple[Any, Any]]]


class ApprovalGate(Protocol):
    def requirement(self, operation: Any, actor: Any, target: Any, data: Mapping[str, Any] | None) -> Any:
        """The requirement that this request must meet before it is executed, or None."""

    def settle(self, requirement: Any, actor: Any, target: Any, payload: Any, approval_id: int | None) -> None:
        """Consume the approval that meets the requirement, or refuse."""


class AgentGrants(Protocol):
    def require(self, operation: Any) -> None:
        """Refuse an operation that the token of the current software agent does not grant."""

    def count(self, operation: Any) -> None:
        """Count a write of the current software agent in its transaction, or refuse it if its daily cap is reached."""


@dataclass
class Hooks:
    approvals: ApprovalGate | None = None
    grants: AgentGrants | None = None
    restamp: dict[str, list[Callable[[Any], None]]] = field(default_factory=dict)
    followers: dict[str, Callable[[Sequence[Saved]], None]] = field(default_factory=dict)
    dependants: dict[str, Callable[[Any], bool]] = field(default_factory=dict)

    def verify(self) -> None:
        """Raise unless every required hook is registered."""
        if missing := [name for name in ("approvals", "grants") if getattr(self, name) is None]:
            raise UndeclaredError(f"missing hooks: {', '.join(missing)}")

    def on_change(self, entity_type: str, function: Callable[[Any], None]) -> None:
        """Register a function that recomputes the dependants of a changed record; duplicates are ignored, order is
        kept.
        """
        functions = self.restamp.setdefault(entity_type, [])
        if function not in functions:
            functions.append(function)

    def changed(self, record: Any) -> None:
        """Recompute the dependants of this record. Operations call it after the write; signals never do."""
        for function in self.restamp.get(record.entity_type, ()):
            function(record)

    def on_operation(self, entity_types: Iterable[str], function: Callable[[Sequence[Saved]], None]) -> None:
        """Register a function that receives, at the end of an operation, the records of these types that it wrote."""
        self.followers |= dict.fromkeys(entity_types, function)

    def follows(self, entity_type: str) -> bool:
        return entity_type in self.followers

    def operation_written(self, saved: Sequence[Saved]) -> None:
        """Pass an operation's written records to their followers. The dispatcher calls it, in the operation's
        transaction.
        """
        for function in dict.fromkeys(self.followers[record.entity_type] for record, _ in saved):
            function([each for each in saved if self.followers[each[0].entity_type] is function])

    def on_dependants(self, entity_type: str, function: Callable[[Any], bool]) -> None:
        """Register a check whether a higher layer depends on a record of this type."""
        self.dependants[entity_type] = function

    def has_dependants(self, record: Any) -> bool:
        """Whether a record in a higher layer depends on this record now."""
        check = self.dependants.get(record.entity_type)
        return check is not None and check(record)


hooks = Hooks()
