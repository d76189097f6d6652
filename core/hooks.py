"""What core needs of the floors above it, and may not import: they plug in when they start.

`approvals` decides elevated operations. An empty socket stops the start, so no installation can run without its
approval gate. `restamp` is the ordered list of functions that recompute records above when one below has changed;
`followers` are told, when an operation has done its work, of all the records of some types that it wrote;
`reliances` tell of a record below whether something above rests on it at this moment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import Undeclared

# A record that was saved, and what changed of it: {field: (old, new)}.
Saved = tuple[Any, Mapping[str, tuple[Any, Any]]]


class ApprovalGate(Protocol):
    def requirement(self, operation: Any, actor: Any, target: Any, data: Mapping[str, Any] | None) -> Any:
        """What this request needs before it counts: None, or a requirement to settle."""

    def settle(self, requirement: Any, actor: Any, target: Any, payload: Any, approval_id: int | None) -> None:
        """Consume the approval that meets the requirement, or refuse."""


@dataclass
class Hooks:
    approvals: ApprovalGate | None = None
    restamp: dict[str, list[Callable[[Any], None]]] = field(default_factory=dict)
    followers: dict[str, Callable[[Sequence[Saved]], None]] = field(default_factory=dict)
    reliances: dict[str, Callable[[Any], bool]] = field(default_factory=dict)

    def verify(self) -> None:
        """Raise unless every required socket is filled."""
        if self.approvals is None:
            raise Undeclared("empty sockets: approvals")

    def on_change(self, entity_type: str, function: Callable[[Any], None]) -> None:
        """Register a function that restamps what rests on a changed record, once, in order of registration."""
        functions = self.restamp.setdefault(entity_type, [])
        if function not in functions:
            functions.append(function)

    def changed(self, record: Any) -> None:
        """Restamp what rests on this record. Operations call it after the write; signals never do."""
        for function in self.restamp.get(record.entity_type, ()):
            function(record)

    def on_act(self, entity_types: Iterable[str], function: Callable[[Sequence[Saved]], None]) -> None:
        """Register a function that follows up, at the end of an operation, what it wrote of records of these types."""
        self.followers |= dict.fromkeys(entity_types, function)

    def follows(self, entity_type: str) -> bool:
        return entity_type in self.followers

    def acted(self, saved: Sequence[Saved]) -> None:
        """Have what an operation wrote followed up. The dispatcher calls it, in the operation's transaction."""
        for function in dict.fromkeys(self.followers[record.entity_type] for record, _ in saved):
            function([each for each in saved if self.followers[each[0].entity_type] is function])

    def on_reliance(self, entity_type: str, function: Callable[[Any], bool]) -> None:
        """Register what tells whether something above rests on a record of this type."""
        self.reliances[entity_type] = function

    def is_relied_on(self, record: Any) -> bool:
        """Whether something above rests on this record now."""
        tells = self.reliances.get(record.entity_type)
        return tells is not None and tells(record)


hooks = Hooks()
