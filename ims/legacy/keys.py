"""The folded keys of imported rows, where the old system told names apart that today are one, or had none to see.

The first row has the key; the key of another ends in its id, and the row keeps a violation, as after a migration.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import UniqueConstraint

from core.fields import DISAMBIGUATOR, FoldedKey
from core.text.refolding import first_folding
from ims.legacy.schema import Violation

RULE = "unique_identifiers"


def settle_keys(record: Any) -> list[Violation]:
    """Give a record the keys that are free, and return what it breaks. What the old system held equal is refused."""
    found = []
    for field in _keys(record):
        key = field.key_of(record, field.fold)
        conflict = _conflict(record, field, key)
        if conflict:
            setattr(record, field.attname, f"{key}{DISAMBIGUATOR}{record.pk}")
            found.append(Violation(RULE, f"{field.source}: {conflict}"))
    return found


def _keys(record: Any) -> Iterator[FoldedKey]:
    return (field for field in record._meta.concrete_fields if type(field) is FoldedKey)


def _conflict(record: Any, field: FoldedKey, key: str) -> str:
    """Why a record cannot have its key."""
    if not key:
        return "blank"
    holder = _holder(record, field, key)
    if holder is None or first_folding(getattr(holder, field.source)) == first_folding(getattr(record, field.source)):
        return ""
    return f"compares equal to that of {record.entity_type} {holder.pk}"


def _holder(record: Any, field: FoldedKey, key: str) -> Any:
    """The record that has this key, within the columns of its unique constraint."""
    unique = (each for each in record._meta.constraints if isinstance(each, UniqueConstraint))
    columns = next((each.fields for each in unique if field.name in each.fields), None)
    if columns is None:
        return None
    others = {name: getattr(record, record._meta.get_field(name).attname) for name in columns if name != field.name}
    same = type(record).objects.filter(**{field.name: key}).exclude(pk=record.pk)
    return same.filter(**{record._meta.get_field(name).attname: value for name, value in others.items()}).first()
