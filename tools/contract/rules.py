"""Rules for breaking changes: one table for descriptions, one for operations, one for schemas.

A client sends what the contract accepts, and parses what it announces. Requests may therefore accept more, never less;
responses may return less, never more.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any

from tools.contract.actions import Action, Description, writing_of
from tools.contract.shapes import ANNOTATIONS, BOUNDS, NULL, Shape


class Direction(StrEnum):
    """The direction of a schema: a client sends a body or a parameter; the server returns a response or its headers."""

    SENT = "sent"
    ANSWERED = "answered"


def _servers(old: Description, new: Description) -> Iterator[str]:
    before, after = ([each["url"] for each in either.get("servers", ())] for either in (old, new))
    yield from (f"{url} was removed" for url in before if url not in after)


def _schemes(old: Description, new: Description) -> Iterator[str]:
    before, after = (either["components"].get("securitySchemes", {}) for either in (old, new))
    for name, scheme in before.items():
        if _significant(scheme) != _significant(after.get(name, {})):
            yield f"{name} was {'changed' if name in after else 'removed'}"


def _significant(scheme: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in scheme.items() if name not in ANNOTATIONS}


def _name(old: Action, new: Action) -> Iterator[str]:
    if old.name != new.name:
        yield f"{old.name} was renamed to {new.name}"


def _login_required(old: Action, new: Action) -> Iterator[str]:
    if not all(old.logins) and all(new.logins):
        yield "a login is required"


def _login_changed(old: Action, new: Action) -> Iterator[str]:
    """A former alternative is still sufficient if it contains all requirements of a new one."""
    for login in filter(None, old.logins):
        if not any(each <= login for each in new.logins):
            yield f"{_listed(login)} is not sufficient"


def _parameter_removed(old: Action, new: Action) -> Iterator[str]:
    yield from _removed(old.parameters, new.parameters)


def _parameter_required(old: Action, new: Action) -> Iterator[str]:
    for name, each in new.parameters.items():
        if each.get("required") and not old.parameters.get(name, {}).get("required"):
            yield f"{name} is required"


def _parameter_written(old: Action, new: Action) -> Iterator[str]:
    for name, before, after in _both(old.parameters, new.parameters):
        if writing_of(before) != writing_of(after):
            yield f"the serialisation of {name} was {writing_of(before)}, is {writing_of(after)}"


def _body_required(old: Action, new: Action) -> Iterator[str]:
    if new.needs_body and not old.needs_body:
        yield "a body is required"


def _success_changed(old: Action, new: Action) -> Iterator[str]:
    yield from (f"{status} is no longer returned" for status in old.successes if status not in new.answers)
    yield from (f"{status} is new" for status in new.successes if status not in old.answers)


def _refusal_removed(old: Action, new: Action) -> Iterator[str]:
    yield from _removed(old.refusals, new.answers)


def _header_removed(old: Action, new: Action) -> Iterator[str]:
    yield from (each for each in _removed(old.headers, new.headers) if each.split()[0] in new.answers)
    for name, before, after in _both(old.headers, new.headers):
        if before.get("required") and not after.get("required"):
            yield f"{name} is optional"


def _media_type_removed(old: Action, new: Action) -> Iterator[str]:
    yield from (f"body {each}" for each in _removed(old.bodies, new.bodies))
    for status, before, after in _both(old.answers, new.answers):
        yield from (f"{status} {each}" for each in _removed(before, after))


def _types(old: Shape, new: Shape, direction: Direction) -> Iterator[str]:
    narrow, wide = _ordered(old, new, direction)
    if wide.types and (not narrow.types or narrow.types - wide.types):
        yield f"type was {_listed(old.types)}, is {_listed(new.types)}"


def _formats(old: Shape, new: Shape, direction: Direction) -> Iterator[str]:
    """A format is an additional constraint. Both schemas may have several, as alternatives."""
    narrow, wide = _ordered(old, new, direction)
    for name, held, taken in _both(narrow.formats, wide.formats):
        if "" not in taken and held - taken:
            yield f"format of {name} was {_listed(old.formats[name])}, is {_listed(new.formats[name])}"


def _values(old: Shape, new: Shape, direction: Direction) -> Iterator[str]:
    narrow, wide = _ordered(old, new, direction)
    if wide.values is None:
        return
    if narrow.values is None:
        yield (
            "values were unrestricted, are enumerated"
            if direction is Direction.SENT
            else "values were enumerated, are unrestricted"
        )
    elif extra := narrow.values - wide.values:
        yield f"values {'no longer accepted' if direction is Direction.SENT else 'that are new'}: {_listed(extra)}"


def _bounds(old: Shape, new: Shape, direction: Direction) -> Iterator[str]:
    """Enumerated values need no bounds."""
    narrow, wide = _ordered(old, new, direction)
    for name, limit in wide.bounds.items() if old.values is None and new.values is None else ():
        types, is_narrower = BOUNDS[name]
        held = narrow.bounds.get(name)
        if narrow.takes(*types) and (held is None or is_narrower(limit, held)):
            yield f"{name} was {old.bounds.get(name, 'unrestricted')}, is {new.bounds.get(name, 'unrestricted')}"


def _property_removed(old: Shape, new: Shape, direction: Direction) -> Iterator[str]:
    """A body with an unknown field is refused."""
    yield from _removed(old.properties, new.properties)


def _property_required(old: Shape, new: Shape, direction: Direction) -> Iterator[str]:
    if direction is Direction.SENT:
        yield from (f"{name} is required" for name in sorted(new.required - old.required))
    else:
        yield from (f"{name} is optional" for name in sorted(old.required - new.required) if name in new.properties)


def _members_closed(old: Shape, new: Shape, direction: Direction) -> Iterator[str]:
    """A response without declared properties may never have had any; a map has declared values."""
    had = old.extras is not False if direction is Direction.SENT else old.extras not in (True, False)
    if had and new.extras is False and old.takes("object") and new.takes("object"):
        yield "additional properties were removed"


def _default(old: Shape, new: Shape, direction: Direction) -> Iterator[str]:
    """A default that is no longer declared may still apply."""
    if direction is Direction.SENT and None not in (old.default, new.default) and old.default != new.default:
        yield f"the default was {old.default}, is {new.default}"


def _ordered(old: Shape, new: Shape, direction: Direction) -> tuple[Shape, Shape]:
    """The schema that must fit, and the one that it must fit into."""
    return (old, new) if direction is Direction.SENT else (new, old)


def _removed(old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    yield from (f"{name} was removed" for name in sorted(set(old) - set(new)))


def _both(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    yield from ((name, old[name], new[name]) for name in old if name in new)


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(sorted(map(str, values))) or "free"


def lost_null(old: Shape, new: Shape, direction: Direction) -> bool:
    """Whether a client may no longer send null, or may now receive it."""
    narrow, wide = _ordered(old, new, direction)
    return narrow.takes(NULL) and not wide.takes(NULL)


OF_DESCRIPTIONS: dict[str, Callable[[Description, Description], Iterator[str]]] = {
    "server_removed": _servers,
    "scheme_changed": _schemes,
}
OF_ACTIONS: dict[str, Callable[[Action, Action], Iterator[str]]] = {
    "operation_renamed": _name,
    "login_required": _login_required,
    "login_changed": _login_changed,
    "parameter_removed": _parameter_removed,
    "parameter_required": _parameter_required,
    "parameter_written": _parameter_written,
    "body_required": _body_required,
    "success_changed": _success_changed,
    "refusal_removed": _refusal_removed,
    "header_removed": _header_removed,
    "media_type_removed": _media_type_removed,
}
OF_SHAPES: dict[str, Callable[[Shape, Shape, Direction], Iterator[str]]] = {
    "type_changed": _types,
    "format_changed": _formats,
    "values_changed": _values,
    "bounds_changed": _bounds,
    "property_removed": _property_removed,
    "property_required": _property_required,
    "members_closed": _members_closed,
    "default_changed": _default,
}
# Changes without a separate rule; together with the rules, the names of all breaking changes.
OPERATION_REMOVED, SCHEMA_RENAMED = "operation_removed", "schema_renamed"
RULES = (OPERATION_REMOVED, SCHEMA_RENAMED, *OF_DESCRIPTIONS, *OF_ACTIONS, *OF_SHAPES)
