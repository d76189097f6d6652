"""Ids in the description: every one says that it needs 64 bits, in requests and answers alike; no other number does."""

import re
from typing import Any

FORMAT = "int64"
# Most are called so; the older names of bodies say who did something, and name an account by its id.
ID_NAMES = re.compile(r"(?:^|_)ids?$|_by$|^assigned_to$|^sender_user$")
# What of a schema is still about the thing that it describes.
SAME_THING = {"items", "oneOf", "anyOf", "allOf"}


def mark_ids(result: Any, generator: Any, **options: Any) -> Any:
    """A hook of the generator, before examples are added: the format of whole numbers follows from their names."""
    return _marked(result, "")


def is_id(name: str) -> bool:
    """Whether that is the name of an id, or of ids: of a member, a header, or a parameter with or without a lookup."""
    return bool(ID_NAMES.search(name.partition("__")[0].lower().replace("-", "_")))


def _marked(part: Any, name: str) -> Any:
    """A copy: parts of the description are the same object in many places."""
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
    return _marked(part[key], name if key in SAME_THING else "")
