"""The form of an operation, generated from the serializer of its body."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from rest_framework.exceptions import ErrorDetail

from console.operations.composites import input_of
from console.operations.controls import ABSENT, Control, Input
from console.operations.references import Choice
from core.operations.registry import Operation

# Values that mean "no value".
EMPTY: tuple[Any, ...] = (None, "", [], {})


class OperationForm:
    """An operation's body as controls, and the body of a submitted form.

    Arguments: the operation, the caller, the member that selects one of several shapes, what was typed (None for a new
    form), and the values that the form starts from; of a partial body (PATCH) only the fields that differ from those
    are sent. `only` names the fields of a form that has not all of them.
    """

    def __init__(
        self,
        operation: Operation,
        actor: Any,
        *,
        member: str = "",
        typed: Any = None,
        seen: Mapping[str, Any] | None = None,
        problem: Mapping[str, Any] | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        self.operation, self.actor, self.member = operation, actor, member
        self.data, self.seen, self.problem = typed, dict(seen or {}), problem or {}
        self.partial, self.only = operation.partial, only
        self.unresolved: dict[str, str] = {}
        self.candidates: dict[str, list[Any]] = {}
        self._offered: dict[Choice, list[Any]] = {}

    @cached_property
    def inputs(self) -> list[Input]:
        shape: Any = self.operation.shape(self.member)
        if shape is None:
            return []
        hidden = set(getattr(shape, "actor_fields", ()))
        fields = {name: each for name, each in shape().fields.items() if name not in hidden and not each.read_only}
        if self.only is not None:
            fields = {name: each for name, each in fields.items() if name in self.only}
        return [input_of(name, each, self) for name, each in fields.items()]

    def body(self) -> dict[str, Any]:
        """The submitted body. Ambiguous texts are in `unresolved`."""
        stated = {each.name: self._stated(each) for each in self.inputs}
        return {name: value for name, value in stated.items() if value is not ABSENT}

    def controls(self) -> list[Control]:
        """The controls, filled with the input or the initial values."""
        return [each.control(self._shown(each)) for each in self.inputs]

    def errors_of(self, name: str) -> list[str]:
        items = self.problem.get("errors", ())
        messages = [item["detail"] for item in items if item.get("field") == name]
        return [*messages, *([self.unresolved[name]] if name in self.unresolved else [])]

    def offered(self, choice: Choice) -> list[Any]:
        """The records of a choice, looked up once for all fields that share it."""
        if choice not in self._offered:
            self._offered[choice] = choice.offered(self.actor)
        return self._offered[choice]

    def unclear(self, name: str, problem: str, candidates: list[Any]) -> None:
        """Remember a field whose text names no record."""
        self.unresolved[name], self.candidates[name] = problem, candidates

    def refusal_items(self) -> list[dict[str, str]]:
        return [{"field": name, "code": "unclear", "detail": text} for name, text in self.unresolved.items()]

    def touched(self, each: Input) -> bool:
        """Whether the input differs from the initial values."""
        return self.data is not None and each.typed(self.data) != each.shown(self.seen.get(each.name))

    def _stated(self, each: Input) -> Any:
        if self.partial and not self.touched(each):
            return ABSENT
        value = each.read(each.typed(self.data))
        if (
            value is ABSENT
            and self.partial
            and self.seen.get(each.name) not in EMPTY
            and each.name not in self.unresolved
        ):
            return None if each.field.allow_null else ""
        return value

    def _shown(self, each: Input) -> Any:
        if self.data is not None and (not self.partial or self.touched(each)):
            return each.typed(self.data)
        start = self.seen.get(each.name)
        return each.shown(_default(each.field) if start is None and not self.partial else start)


def _default(field: Any) -> Any:
    """The declared default of a field, where it is a plain value."""
    default = getattr(field, "default", None)
    return default if isinstance(default, str | int | bool) and not isinstance(default, ErrorDetail) else None
