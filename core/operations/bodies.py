"""Validates a raw body with the serializer of its operation: shape and references, with all failures in one refusal."""

from collections import UserDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from core.codes import Code
from core.errors import MAX_ITEMS, Item, Refusal
from core.operations.fields import is_integer
from core.operations.registry import Operation
from core.text.times import read_day, read_moment

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


class UnknownValueError(Exception):
    """A check needs the value of a field that has failed."""


class KnownValues(UserDict[str, Any]):
    """The values of a body of which some fields failed. A check that needs one of those cannot be made."""

    def __init__(self, values: dict[str, Any], failed: set[str]) -> None:
        super().__init__(values)
        self.unknown = failed - set(values)

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(self._needed(name))

    def __contains__(self, name: object) -> bool:
        return super().__contains__(self._needed(name))

    def __iter__(self) -> Iterator[str]:
        if self.unknown:
            raise UnknownValueError
        return super().__iter__()

    def _needed(self, name: Any) -> Any:
        if name in self.unknown:
            raise UnknownValueError
        return name


def checked_together(
    serializer: Any, values: dict[str, Any], errors: dict[str, Any], checks: Iterable[Callable[[Any, Any], Any]]
) -> Any:
    """What the last check makes of the values. Raises every error at once: of single fields, and of those checks that
    the failed fields do not prevent. A field is named once.
    """
    failed = {serializer.fields[name].source for name in errors if name in serializer.fields}
    known: Any = KnownValues(values, failed) if errors else values
    raised: list[ValidationError | Refusal] = []
    for check in checks:
        try:
            values = check(serializer, known)
        except UnknownValueError:
            continue
        except (ValidationError, Refusal) as refused:
            raised.append(refused)
    if len(raised) == 1 and not errors:
        raise raised[0]  # a refusal also names its rule
    for error in raised:
        errors = {**_by_field(error), **errors}
    if errors:
        raise ValidationError(errors)
    return values


def _by_field(error: ValidationError | Refusal) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        return dict(serializers.as_serializer_error(error))
    return {item.field or "non_field_errors": [ErrorDetail(item.detail, item.code)] for item in error.errors}


# The JSON types of each kind of field. DRF would convert "7" to a number and 7 to a string; a strict body does not.
JSON_TYPES: tuple[tuple[type, tuple[type, ...], str], ...] = (
    (serializers.BooleanField, (bool,), "true or false"),
    (serializers.IntegerField, (int,), "an integer"),
    (serializers.FloatField, (int, float), "a number"),
    (serializers.DecimalField, (int, float), "a number"),
    (serializers.CharField, (str,), "a string"),
    (serializers.ChoiceField, (str,), "a string"),
    (serializers.DateTimeField, (str,), "a string"),
    (serializers.DateField, (str,), "a string"),
    (serializers.ListField, (list,), "a list"),
)


def check_json_type(field: Any, value: Any) -> None:
    """Raise ValidationError (wrong_type) for a value without the JSON type of its field, list items included."""
    if value is None:
        return
    for kind, types, name in JSON_TYPES:
        if isinstance(field, kind):
            fits = isinstance(value, types) or (int in types and is_integer(value))
            if not fits or (isinstance(value, bool) and bool not in types):
                raise ValidationError(f"This must be {name}.", code="wrong_type")
            check_form(field, value)
            for item in value if isinstance(value, list) else ():
                check_json_type(getattr(field, "child", None), item)
            return


def check_form(field: Any, value: Any) -> None:
    """Raise ValidationError (invalid) for a date or time in another form than the API's."""
    if isinstance(field, serializers.DateTimeField) and read_moment(value) is None:
        raise ValidationError("This must be a time, for example 2026-03-01T09:30:00Z.", code="invalid")
    if isinstance(field, serializers.DateField) and read_day(value) is None:
        raise ValidationError("This must be a date, for example 2026-03-01.", code="invalid")


def refuse_long_list(field: Any, value: Any) -> None:
    """Raise ValidationError (max_length) for a list that is too long, before its items are validated."""
    longest = getattr(field, "max_length", None)
    if longest is not None and isinstance(value, list) and len(value) > longest:
        raise ValidationError(f"This must have at most {longest} elements.", code="max_length")


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
