"""Translates constraint violations to refusals: every duplicate field in one refusal, with the conflicting record."""

import re
from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, models

from core.codes import Code
from core.errors import Item, Refusal
from core.fields import FoldedKey


def explain(error: IntegrityError, actor: Any) -> Refusal:
    """Convert a constraint violation to its refusal. Call it after the rollback of the transaction."""
    record = getattr(error, "record", None)
    constraint = _violated(error, record)
    explained = getattr(record, "explain_constraint", lambda name, actor: None)
    refusal: Refusal | None = explained(constraint, actor) if constraint else None
    if refusal is not None:
        return refusal
    items = list(_duplicates(record, actor)) if record is not None else []
    if items:
        names = ", ".join(sorted({item.field or "" for item in items}))
        return Refusal(Code.DUPLICATE, f"Already in use: {names}.", rule="unique_identifiers", errors=items)
    if "foreign key" in str(error).lower() or isinstance(error, models.ProtectedError):
        return Refusal(
            Code.IN_USE, "The record is in use, or refers to a record that no longer exists.", rule="references"
        )
    detail = f"The database refused the values ({constraint or 'a constraint'})."
    return Refusal(Code.VALIDATION_ERROR, detail, rule=constraint or "", errors=[Item("constraint_violated", detail)])


def _violated(error: IntegrityError, record: Any) -> str | None:
    """The name of the violated constraint: PostgreSQL reports it; SQLite reports the columns or the name."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name) if diagnosis.constraint_name else None
    text = str(error)
    if named := re.search(r"(?:CHECK constraint failed: |index ')([\w]+)", text):
        return named.group(1)
    columns = re.findall(r"\w+\.(\w+)", text)
    for each in _unique_constraints(record) if record is not None else ():
        if sorted(columns) == sorted(record._meta.get_field(name).column for name in each.fields):
            return str(each.name)
    return None


def _unique_constraints(record: Any) -> Iterator[models.UniqueConstraint]:
    return (each for each in record._meta.constraints if isinstance(each, models.UniqueConstraint) and each.fields)


def _duplicates(record: Any, actor: Any) -> Iterator[Item]:
    """One item for each unique constraint that this record's values violate."""
    for constraint in _unique_constraints(record):
        values = {name: getattr(record, record._meta.get_field(name).attname) for name in constraint.fields}
        if None in values.values():
            continue
        others = type(record).objects.filter(**values)
        if constraint.condition is not None:
            others = others.filter(constraint.condition)
        other = others.exclude(pk=record.pk if not record._state.adding else None).first()
        if other is not None:
            yield _duplicate(record, constraint, other, actor)


def _duplicate(record: Any, constraint: models.UniqueConstraint, other: Any, actor: Any) -> Item:
    named = [_public_name(record, name) for name in constraint.fields]
    readable = type(record).objects.visible_to(actor).filter(pk=other.pk).exists()
    facts = {"existing_id": other.pk} if readable else {}
    where = f" ({record.entity_type} {other.pk})" if readable else ""
    return Item("duplicate", f"{' and '.join(named)}: this value is in use{where}.", named[-1], facts)


def _public_name(record: Any, name: str) -> str:
    field = record._meta.get_field(name)
    own = field.source if isinstance(field, FoldedKey) else field.attname
    return str(record.public_names.get(own, own))
