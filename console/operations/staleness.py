"""The values that a viewer saw, and their differences from the current record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from console.operations.form import OperationForm
from console.operations.labels import field_label, value_label
from core.json import dumps
from core.operations.fields import MAX_ID
from core.reading.collections import collections

# Values that change with every write and are irrelevant here.
NOISE = frozenset({"updated_at", "updated_by_id", "version"})
MOST_SEEN = 200_000


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    before: str
    now: str
    typed: str


def seen_values(target: Any, actor: Any) -> dict[str, Any]:
    """A record as its reader sees it, in plain JSON."""
    collection = collections.get(getattr(target, "entity_type", ""))
    if collection is None or not 0 <= target.pk <= MAX_ID:
        return {}
    row, _version = collection.shown(target, actor)
    plain: dict[str, Any] = orjson.loads(dumps(row))
    return plain


def seen_text(values: Mapping[str, Any]) -> str:
    """The values as a hidden field of the form."""
    return dumps(values).decode()


def read_seen(text: str) -> dict[str, Any]:
    """The initial values of a form. They only determine the changed fields; no permission depends on them."""
    try:
        values = orjson.loads(text) if len(text) <= MOST_SEEN else {}
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def differences(seen: Mapping[str, Any], present: Mapping[str, Any], form: OperationForm) -> list[Difference]:
    """The fields that others have changed since, with the input."""
    inputs = {each.name: each for each in form.inputs}
    changed = [name for name in present if name in seen and seen[name] != present[name] and name not in NOISE]

    def typed(name: str) -> str:
        each = inputs.get(name)
        return value_label(each.typed(form.data)) if each is not None and form.touched(each) else "–"

    return [
        Difference(field_label(name), value_label(seen[name]), value_label(present[name]), typed(name))
        for name in changed
    ]
