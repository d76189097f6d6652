"""Validates a raw body with the serializer of its operation: shape and references, with all failures in one refusal."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from core.codes import Code
from core.errors import MAX_ITEMS, Item, Refusal
from core.operations.registry import Operation

# Serializer error codes that are contract codes themselves; all others become validation_error.
TOP_CODES = {Code.UNKNOWN_FIELD, Code.INVALID_REFERENCE, Code.INVALID_FILTER, Code.MALFORMED_BODY}


def read_body(operation: Operation, actor: Any, target: Any, body: Any, shape: Any = None) -> dict[str, Any]:
    """The validated values of a body. Raises Refusal (400); 403 actor_mismatch when it names another actor.

    `shape` is the serializer of the called endpoint; without it, the members of the body select the serializer.
    """
    if operation.body is None:
        return _expect_nothing(body)
    if not isinstance(body, Mapping):
        raise Refusal(Code.MALFORMED_BODY, "The body must be a single JSON object.", rule="validation_first")
    context = {"actor": actor, "target": target, "operation": operation}
    kind: Any = shape or operation.shape_of(body)
    serializer = kind(data=body, partial=operation.partial, context=context)
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as error:
        raise refuse_shape(error.detail) from error
    data = dict(serializer.validated_data)
    _check_named_actor(serializer, data, actor)
    return data


def refuse_shape(detail: Any) -> Refusal:
    """The refusal for a serializer's error detail: one item for each failing field; the kinds decide the code."""
    items = list(islice(_items(detail, ""), MAX_ITEMS))
    kinds = {item.code for item in items}
    top = Code(kinds.pop()) if len(kinds) == 1 and kinds <= TOP_CODES else Code.VALIDATION_ERROR
    sentence = "; ".join(f"{item.field}: {item.detail}" if item.field else item.detail for item in items[:5])
    return Refusal(top, sentence, rule="validation_first", errors=items)


def _expect_nothing(body: Any) -> dict[str, Any]:
    if body is not None and not isinstance(body, Mapping):
        raise Refusal(Code.MALFORMED_BODY, "This request has no body.", rule="validation_first")
    if body:
        names = sorted(body)
        raise refuse_shape({name: [ErrorDetail("This request has no body.", "unknown_field")] for name in names})
    return {}


def _check_named_actor(serializer: Any, data: dict[str, Any], actor: Any) -> None:
    named = {name: data.pop(name) for name in getattr(serializer, "actor_fields", ()) if name in data}
    wrong = [name for name, value in named.items() if value != actor.pk]
    if wrong:
        items = [Item("actor_mismatch", "This must be the authenticated caller's id.", name) for name in wrong]
        raise Refusal(
            Code.ACTOR_MISMATCH,
            f"{', '.join(wrong)}: the actor must be the authenticated caller, user {actor.pk}.",
            rule="actor_is_the_caller",
            errors=items,
        )


def _items(detail: Any, path: str) -> Iterator[Item]:
    """Flatten nested serializer errors into items with dotted field paths."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = f"[{name}]" if isinstance(name, int) else f".{name}" if path else str(name)
            here = path if name == "non_field_errors" else f"{path}{step}"
            yield from _items(inner, here)
    elif isinstance(detail, list):
        nested = [isinstance(each, Mapping | list) for each in detail]
        for index, inner in enumerate(detail):
            yield from _items(inner, f"{path}[{index}]" if nested[index] else path)
    else:
        yield Item(getattr(detail, "code", "invalid"), str(detail), path or None)
