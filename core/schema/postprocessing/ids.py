"""Ids in the description: all are declared as 64-bit integers, in requests and responses; other numbers are not."""

import re
from typing import Any

FORMAT = "int64"
# Names of ids: most end in `id`; older fields name the acting account, and their value is its id.
ID_NAMES = re.compile(r"(?:^|_)ids?$|_by$|^assigned_to$|^sender_user$")
# Keywords whose subschemas describe the same value, so the name still applies.
SAME_VALUE_KEYWORDS = {"items", "oneOf", "anyOf", "allOf"}


def mark_ids(result: Any, generator: Any, **options: Any) -> Any:
    """A generator hook, before examples are added: the format of integers follows from their names."""
    return _marked(result, "")


def is_id(name: str) -> bool:
    """Whether this is the name of an id or a list of ids: of a field, a header, or a parameter with or without a
    lookup.
    """
    return bool(ID_NAMES.search(name.partition("__")[0].lower().replace("-", "_")))


def _marked(part: Any, name: str) -> Any:
    """A copy, because parts of the description are shared objects."""
    if isinstance(part, list):
        return [_marked(each, name) for each in part]
    if not isinstance(part, dict):
        return part
    copy = {key: _inside(part, key, name) for key, value in part.items() if (key, value) != ("format", FORMAT)}
    if "integer" in (part.get("type") or ()) and is_id(name):
        copy["format"] = FORMAT
    return copy


def _inside(part: dict[str, Any], key: str, name: str) -> Any:
    if key == "properties":
        return {member: _marked(schema, member) for member, schema in part[key].items()}
    if key == "schema" and "in" in part:
        return _marked(part[key], part["name"])
    return _marked(part[key], name if key in SAME_VALUE_KEYWORDS else "")
