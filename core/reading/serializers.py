"""The shape of input and output. Serializers never write.

`Body` validates a request strictly: unknown and read-only fields are errors. `Output` builds responses directly from
database rows (`queryset.values`), so that a list of records creates no model instances; its declared fields are also
the schema.
"""

import typing
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import SkipField, empty

from core.errors import MAX_ITEMS
from core.operations.bodies import check_json_type, checked_together, refuse_long_list
from core.operations.fields import MAX_ID, UnfitError
from core.reading.policy_names import advice_for
from core.reading.texts import read_texts
from core.text.times import EARLIEST, LATEST

RECORD_FIELDS = ("created_at", "updated_at", "created_by_id", "updated_by_id")


def name_choices(field: Any, errors: Any) -> Any:
    """The errors of a field, with the valid choices where the value is not one of them; list items included."""
    if isinstance(errors, dict):
        return {key: name_choices(getattr(field, "child", None), inner) for key, inner in errors.items()}
    if not isinstance(field, serializers.ChoiceField):
        return errors
    named = f"This must be one of: {', '.join(map(str, field.choices))}."
    return [ErrorDetail(named, each.code) if each.code == "invalid_choice" else each for each in errors]


def refuse_far_times(value: Any) -> None:
    """Raise ValidationError (out_of_range) for a date or time outside the range of filters and cursors."""
    day = value.date() if isinstance(value, datetime) else value
    if not EARLIEST.date() <= day < LATEST.date():
        raise ValidationError(f"This must be from {EARLIEST.year} to {LATEST.year - 1}.", code="out_of_range")


UNKNOWN = "This field is unknown or read-only here."


class Body(serializers.Serializer[Any]):
    """A strict request body.

    `actor_fields` lists inputs of the SOP that name the caller: accepted if they match, never required. `joint_checks`
    and `validate` each check several fields, and raise; they run also when other fields have failed.
    """

    actor_fields: ClassVar[tuple[str, ...]] = ()
    joint_checks: ClassVar[tuple[Callable[[Any, Any], object], ...]] = ()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: _unbound(field) for name, field in _fields_of(type(self)).items()}

    def run_validation(self, data: Any = empty) -> Any:
        """All values, or every error at once: of single fields, and of the checks whose fields are known."""
        is_empty, data = self.validate_empty_values(data)
        if is_empty:
            return data
        if not isinstance(data, dict):
            self.fail("invalid", datatype=type(data).__name__)
        values, errors = self.read(data)
        checks: Any = (*self.joint_checks, type(self).validate)
        return checked_together(self, values, errors, checks)

    def read(self, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values by source, and the errors by name. A record that may not be named here is among both."""
        texts, refused = read_texts(self.fields, data)
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        field: Any
        for name, field in self.fields.items():
            try:
                values[field.source] = self._value_of(name, field, data, texts)
            except SkipField:
                continue
            except ValidationError as error:
                errors[name] = name_choices(field, error.detail)
                if isinstance(error, UnfitError):
                    values[field.source] = error.record
        unknown = sorted(set(data) - set(self.fields))[:MAX_ITEMS]
        errors |= {
            name: [ErrorDetail(f"{UNKNOWN} {advice_for(name, self.fields)}".strip(), "unknown_field")]
            for name in unknown
        }
        return values, errors | refused

    def _value_of(self, name: str, field: Any, data: dict[str, Any], texts: dict[str, Any]) -> Any:
        refuse_long_list(field, data.get(name))
        check_json_type(field, data.get(name))
        value = field.run_validation(texts.get(name, empty))
        validate = getattr(self, f"validate_{name}", None)
        return value if validate is None else validate(value)

    def given(self, name: str, values: dict[str, Any]) -> Any:
        """A value of this body, or the target's current one if a partial body omits it."""
        if name in values:
            return values[name]
        target = self.context.get("target")
        return getattr(target, name, None) if target is not None else None


@cache
def _fields_of(body: type[Body]) -> dict[str, Any]:
    """The fields of a body, never bound: those declared and the actor's, times with their range."""
    fields = {name: _unbound(field) for name, field in body._declared_fields.items()}
    for name in body.actor_fields:
        fields[name] = serializers.IntegerField(
            required=False, min_value=0, max_value=MAX_ID, help_text="The caller's own id; optional."
        )
    return {name: _in_range(field) for name, field in fields.items()}


def _in_range(field: Any) -> Any:
    """The field itself; a date or time, also in a list, now has the range of filters and cursors."""
    moment = getattr(field, "child", field)
    if isinstance(moment, serializers.DateTimeField | serializers.DateField):
        moment.validators = [*moment.validators, refuse_far_times]
    return field


def _unbound(field: Any) -> Any:
    """A field, to be bound to one body. Fields other than bodies are copied quickly instead of rebuilt."""
    if isinstance(field, serializers.BaseSerializer):
        return deepcopy(field)
    unbound = object.__new__(type(field))
    unbound.__dict__.update(field.__dict__)
    if hasattr(field, "child"):
        unbound.child = _unbound(field.child)
        unbound.child.parent = unbound
    return unbound


class Output(serializers.ModelSerializer[Any]):
    """The representation of a record, built from a row of `columns()`.

    Meta.fields lists the model's own names (`client_id` for foreign keys); Meta.joined maps further names to lookups
    across relations; methods named `get_<name>(row)` compute `SerializerMethodField`s from the row, and Meta.requires
    lists, by name, additional columns that a computed name needs.
    """

    @classmethod
    def columns(cls, names: Iterable[str] | None = None) -> list[str]:
        """The columns from which these names of the representation are built; by default, all of them."""
        meta: Any = cls.Meta
        joined, requires = getattr(meta, "joined", {}), getattr(meta, "requires", {})
        wanted = ["id"]
        for name in meta.fields if names is None else names:
            if name in joined or name not in cls._declared_fields:
                wanted.append(joined.get(name, name))
            wanted += requires.get(name, ())
        return list(dict.fromkeys(wanted))

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        """The names that this viewer may see, or None for all."""
        return None

    @classmethod
    def shown_to(cls, viewer: Any) -> list[str]:
        """The names that this viewer sees, in order."""
        meta: Any = cls.Meta
        only = cls.visible_fields(viewer)
        return list(meta.fields) if only is None else [name for name in meta.fields if name in set(only)]

    @classmethod
    def completed(cls, rows: Iterable[dict[str, Any]], viewer: Any, names: Iterable[str]) -> Iterable[dict[str, Any]]:
        """Rows of the columns of these names, with computed values added and hidden values removed."""
        return rows

    @classmethod
    def of_created(cls, record: Any) -> dict[str, Any] | None:
        """The values of the row of a just created record besides its columns; None if the record must
        be read again.
        """
        return None

    @classmethod
    def rows(cls, queryset: Any, viewer: Any) -> list[dict[str, Any]]:
        """Represent every record of a queryset in one statement."""
        return cls.represent(queryset.values(*cls.columns()), viewer)

    @classmethod
    def represent(cls, rows: Iterable[dict[str, Any]], viewer: Any) -> list[dict[str, Any]]:
        """Represent rows of `columns()` with everything that the viewer may see."""
        names = cls.shown_to(viewer)
        return cls.named(cls.completed(rows, viewer, names), names)

    @classmethod
    def named(cls, rows: Iterable[dict[str, Any]], names: Iterable[str]) -> list[dict[str, Any]]:
        """Completed rows under these names of the representation."""
        names = list(names)
        joined = getattr(cls.Meta, "joined", {})
        computed = {name: getattr(cls, f"get_{name}") for name in names if hasattr(cls, f"get_{name}")}
        # Every row has an id, which serves as the placeholder of computed values.
        columns = [(name, "id" if name in computed else joined.get(name, name)) for name in names]
        shown = []
        for row in rows:
            record = {name: row[column] for name, column in columns}
            record.update((name, compute(row)) for name, compute in computed.items())
            shown.append(record)
        return shown

    def build_unknown_field(self, field_name: str, model_class: type[models.Model]) -> Any:
        """A name of Meta.joined has the type of its source column."""
        lookup = getattr(self.Meta, "joined", {}).get(field_name)
        if lookup is None:
            return super().build_unknown_field(field_name, model_class)
        column, nullable = column_of(model_class, lookup)
        kind, options = self.build_standard_field(field_name, column)
        kept: dict[str, Any] = {
            name: options[name] for name in ("choices", "max_digits", "decimal_places") if name in options
        }
        return kind, {**kept, "read_only": True, "allow_null": nullable}

    def build_field(self, field_name: str, info: Any, model_class: Any, nested_depth: int) -> Any:
        """Describe a column as nullable if its `get_<name>` replaces an empty value by null."""
        kind, options = super().build_field(field_name, info, model_class, nested_depth)
        shown = typing.get_type_hints(getattr(type(self), f"get_{field_name}", None) or object).get("return")
        nullable = type(None) in typing.get_args(shown)
        return kind, {**options, "allow_null": True} if nullable else options

    def build_property_field(self, field_name: str, model_class: type[models.Model]) -> Any:
        for field in model_class._meta.concrete_fields:
            if field.attname == field_name and field.is_relation:
                return serializers.IntegerField, {"read_only": True, "allow_null": field.null}
        return super().build_property_field(field_name, model_class)


class ImportedOutput(Output):
    """The representation of a record that may come from the old export; only staff see which rules it breaks."""

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        meta: Any = cls.Meta
        return None if viewer.is_internal else [name for name in meta.fields if name != "imported_violations"]


def column_of(model: Any, lookup: str) -> tuple[Any, bool]:
    """The column at the end of a lookup across relations, and whether the lookup can be null."""
    nullable = False
    field: Any = None
    for name in lookup.split("__"):
        field = next((each for each in model._meta.concrete_fields if each.attname == name), None)
        field = field or model._meta.get_field(name)
        nullable = nullable or field.null
        model = field.related_model
    return getattr(field, "target_field", field), nullable


def outputs(*names: str) -> tuple[str, ...]:
    """The names of a record's representation: its id, its own fields, author, editor and times."""
    return ("id", *names, *RECORD_FIELDS)


def extended(output: type[Output], name: str, doc: str, **fields: Any) -> Any:
    """The serializer of a record with further members, as in an operation's `Answer`."""
    shown: Any = output.Meta
    meta = type("Meta", (shown,), {"fields": (*shown.fields, *fields)})
    return type(name, (output,), {**fields, "Meta": meta, "__doc__": doc})
