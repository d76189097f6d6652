"""Data minimisation: which values of a change, and of a query, are stored in the audit trail.

Short scalars are stored as old → new; free text, contact details and secrets only as "changed", with length and digest.
What a reader searched for is personal data, too: of a query, only ids, numbers, times, flags and enumerations are
stored.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import models

from audit.chain import canonical_value
from core.fields import FoldedKey
from core.json import dumps
from core.reading.collections import collections

# Bookkeeping columns of the base record: the entry itself has actor and time.
BOOKKEEPING_FIELDS = frozenset(
    {
        "id",
        "created_at",
        "updated_at",
        "created_by_id",
        "updated_by_id",
        "version",
        "imported_row",
        "imported_violations",
    }
)
LONG_KINDS = (models.TextField, models.EmailField, models.JSONField)
LONGEST = 120
# Parameters, beside a collection's filters, whose values are names of the API, numbers or times.
PLAIN_PARAMETERS = frozenset(
    {
        *("view", "verify", "as", "kind", "entity_type", "reference_type", "reference_id"),
        *("page", "page_size", "ordering", "fields", "expand", "from", "to", "interval", "group_by"),
    }
)


def redacted_changes(record: Any, changes: Mapping[str, tuple[Any, Any]], *, created: bool) -> dict[str, Any]:
    """The audit form of a record's changes: {field: {"old", "new"}} or {field: {"changed", "length", "sha256"}}."""
    shown = {}
    for name, private in _audited_columns(record._meta.model):
        if name not in changes:
            continue
        old, new = changes[name]
        if created and new in (None, "", [], {}):
            continue
        shown[name] = value_digest(new) if private or _long(new) or _long(old) else _pair(old, new, created=created)
    return shown


def redacted_filters(entity_type: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The audit form of a query: {name: value}, or {name: {"length", "sha256"}} for any value that may be text."""
    collection = collections.get(entity_type)
    plain = PLAIN_PARAMETERS | collection.closed_filters if collection else PLAIN_PARAMETERS
    return {
        name: str(value) if not isinstance(value, str) or _base(name) in plain else _digest(value.encode())
        for name, value in filters.items()
    }


def _base(name: str) -> str:
    """The console's names of filters end in the lookup."""
    return name.removesuffix("__exact")


def is_audited(model: Any, field: Any) -> bool:
    """Whether changes of this column are audited; a folded copy follows from another column."""
    derived = isinstance(field, FoldedKey) or field.attname in BOOKKEEPING_FIELDS
    return not derived and field.attname not in model.unlogged


@cache
def _audited_columns(model: Any) -> tuple[tuple[str, bool], ...]:
    """The columns whose changes are audited, each with whether its values are never stored."""
    audited = [field for field in model._meta.concrete_fields if is_audited(model, field)]
    return tuple((each.attname, each.attname in model.redacted or isinstance(each, LONG_KINDS)) for each in audited)


def value_digest(value: Any) -> dict[str, Any]:
    """The replacement of a value that must not be stored."""
    if value is None:
        return {"changed": True, "length": 0, "sha256": None}
    raw = value.encode() if isinstance(value, str) else dumps(canonical_value(value), sort_keys=True)
    return {"changed": True, **_digest(raw)}


def _digest(raw: bytes) -> dict[str, Any]:
    return {"length": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def utc_text(value: datetime) -> str:
    """A time in the API's format, in UTC with Z. Entries of older versions use +00:00 and are not rewritten."""
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _pair(old: Any, new: Any, *, created: bool) -> dict[str, Any]:
    return {"new": scalar(new)} if created else {"old": scalar(old), "new": scalar(new)}


def _long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > LONGEST


def scalar(value: Any) -> Any:
    """A value in a form that JSON preserves in both databases; decimals and times as text."""
    if value is None or isinstance(value, bool | int | str | float):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else dumps(value).decode()
