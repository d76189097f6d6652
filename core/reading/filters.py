"""Filters: exact by field and `__in`, `__gte` and `__lte` for times and numbers. An unknown filter is an error."""

import re
from collections.abc import Iterable
from copy import copy, deepcopy
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db import models
from django.db.models import Expression, Q
from django_filters.fields import BaseCSVField
from django_filters.filters import BaseInFilter
from django_filters.filterset import FilterSet
from django_filters.utils import get_model_field

from core.fields import DISAMBIGUATOR, key_of
from core.operations.fields import MAX_ID, parse_integer
from core.reading.pagination import bad_filters
from core.text.times import FIRST_COMPARABLE, LAST_COMPARABLE, read_day, read_moment

# The maximum number of cached filter combinations, because callers choose them.
MAX_CACHED_FORMS = 512

# Texts of programs, which mean what their bytes say.
AS_STORED = frozenset({"request_id", "digest", "hash", "previous_hash"})

# An ASCII integer without surrounding characters. Python's int() also accepts 1_0, +1 and digits of other scripts.
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


class WholeNumberField(forms.Field):
    """An integer that a column can store. No value is negative, but a negative lower bound is allowed."""

    def __init__(self, *, min_value: Any = None, max_value: Any = None, **options: Any) -> None:
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        negative = str(value).startswith("-")
        number = parse_integer(str(value).removeprefix("-"), most=MAX_ID + negative)
        if number is None:
            raise forms.ValidationError("This must be an integer of at most 64 bits, in plain digits.")
        return -number if negative else number


class NumberField(forms.DecimalField):
    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not NUMBER.fullmatch(str(value)):
            raise forms.ValidationError("This must be a number.")
        return super().to_python(value)


class NumberFilter(django_filters.NumberFilter):
    field_class = NumberField


class WholeNumberFilter(django_filters.NumberFilter):
    field_class = WholeNumberField  # type: ignore[assignment]  # narrower than the decimal it stands for

    def get_max_validator(self) -> None:
        return None


class DateField(forms.Field):
    """A date in the API's format and ASCII digits only."""

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        day = read_day(str(value))
        if day is None:
            raise forms.ValidationError("This must be a date, for example 2026-03-01.")
        return day


class DateFilter(django_filters.DateFilter):
    field_class = DateField  # type: ignore[assignment]  # stricter than the one it replaces


class TimeField(forms.Field):
    """A time in the API's format. Values outside the range that both databases compare are clamped."""

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        moment = read_moment(str(value))
        if moment is None:
            raise forms.ValidationError("This must be a time, for example 2026-03-01T09:30:00Z.")
        return min(max(moment, FIRST_COMPARABLE), LAST_COMPARABLE)


class TimeFilter(django_filters.IsoDateTimeFilter):
    field_class = TimeField  # type: ignore[assignment]  # stricter than the one it replaces


class BooleanTextField(forms.Field):
    """true or false; anything else is an error, unlike a form's checkbox."""

    values = {"true": True, "false": False}

    def to_python(self, value: Any) -> Any:
        if value in (None, ""):
            return None
        try:
            return self.values[str(value).lower()]
        except KeyError:
            raise forms.ValidationError("This must be true or false.") from None


class TextFilter(django_filters.CharFilter):
    """A text, compared by the one folding; a column with a stored key is compared by its key."""

    def filter(self, qs: Any, value: Any) -> Any:
        wanted = [each for each in (value if isinstance(value, list) else [value]) if each]
        if not wanted:
            return qs
        same = Q()
        for text in wanted:
            same |= self._same(qs.model, text)
        return qs.exclude(same) if self.exclude else qs.filter(same)

    def _same(self, model: Any, text: str) -> Q:
        column = str(self.field_name)
        key = None if "__" in column else key_of(model, column)
        if column in AS_STORED:
            return Q(**{column: text})
        if key is None:
            return Q(**{f"{column}__folded": text})
        folded = key.spelled(text)
        return Q(**{key.name: folded}) | Q(**{f"{key.name}__startswith": f"{folded}{DISAMBIGUATOR}"})


class BooleanTextFilter(django_filters.BooleanFilter):
    field_class = BooleanTextField  # type: ignore[assignment]  # stricter than the one it replaces


class ValueListField(BaseCSVField):
    """Comma-separated values, none of them empty: an empty one would silently be dropped or match empty columns."""

    def clean(self, value: Any) -> Any:
        if value and not all(member.strip() for member in value):
            raise forms.ValidationError("There is an empty value between two commas.")
        return super().clean(value)  # type: ignore[no-untyped-call]


class InFilter(BaseInFilter):
    base_field_class = ValueListField


class WholeNumberInFilter(InFilter, WholeNumberFilter):
    pass


class Choice(Expression):
    """One of a column's possible values, inlined into the SQL.

    PostgreSQL caches one plan for a prepared statement. With inlined values, rare and common values get separate
    statements and plans: a plan that finds a page of closed incidents immediately would scan millions of rows for
    escalated ones.
    """

    def __init__(self, value: str) -> None:
        super().__init__(output_field=models.CharField())
        self.value = value

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return "'{}'".format(self.value.replace("'", "''").replace("%", "%%")), ()


class ChoiceFilter(django_filters.ChoiceFilter):
    """An exact value or a list of values, which the field has validated as choices."""

    def filter(self, qs: Any, value: Any) -> Any:
        spelled = [Choice(each) for each in value] if isinstance(value, list) else Choice(value) if value else value
        return super().filter(qs, spelled)  # type: ignore[no-untyped-call]


class ChoiceInFilter(InFilter, ChoiceFilter):
    pass


class StrictFilterSet(FilterSet):
    """A filter set with a fixed list of names; `matches` in Meta generates `fields` with the project's conventions.

    Meta.joined maps names that the model doesn't have to ORM lookups, as in the representation.
    """

    base_filters: ClassVar[dict[str, Any]]
    FILTER_DEFAULTS = {
        **FilterSet.FILTER_DEFAULTS,
        models.ForeignKey: {"filter_class": WholeNumberFilter},
        models.OneToOneField: {"filter_class": WholeNumberFilter},
        models.AutoField: {"filter_class": WholeNumberFilter},
        models.BigAutoField: {"filter_class": WholeNumberFilter},
        models.IntegerField: {"filter_class": WholeNumberFilter},
        models.PositiveIntegerField: {"filter_class": WholeNumberFilter},
        models.PositiveBigIntegerField: {"filter_class": WholeNumberFilter},
        models.PositiveSmallIntegerField: {"filter_class": WholeNumberFilter},
        models.DecimalField: {"filter_class": NumberFilter},
        models.DateField: {"filter_class": DateFilter},
        models.DateTimeField: {"filter_class": TimeFilter},
        models.CharField: {"filter_class": TextFilter},
        models.TextField: {"filter_class": TextFilter},
        models.EmailField: {"filter_class": TextFilter},
        models.BooleanField: {"filter_class": BooleanTextFilter},
    }

    def __init__(self, data: Any = None, *args: Any, reader: Any = None, **options: Any) -> None:
        """Build only the requested filters: copying all of them would cost more than the query.

        `reader` is the caller, for filters relative to the caller.
        """
        self.reader = reader
        asked = data or {}
        known = type(self).base_filters
        self.base_filters = ActiveFilters((name, each) for name, each in known.items() if name in asked)  # type: ignore[misc]
        super().__init__(data, *args, **options)  # type: ignore[no-untyped-call]

    @classmethod
    def get_fields(cls) -> dict[str, list[str]]:
        """The lookups of the model's own names."""
        fields: dict[str, list[str]] = super().get_fields()  # type: ignore[no-untyped-call]
        return {name: lookups for name, lookups in fields.items() if name not in cls._joined()}

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        """The filters of all names, including those of Meta.joined."""
        filters = dict(super().get_filters())  # type: ignore[no-untyped-call]
        for name, column in cls._joined().items():
            field = get_model_field(cls._meta.model, column)  # type: ignore[attr-defined]
            for lookup in cls._meta.fields[name]:  # type: ignore[attr-defined]
                shown = cls.get_filter_name(name, lookup)  # type: ignore[no-untyped-call]
                filters[shown] = cls.filter_for_field(field, column, lookup)  # type: ignore[no-untyped-call]
        return filters

    @classmethod
    def _joined(cls) -> dict[str, str]:
        joined: dict[str, str] = getattr(getattr(cls, "Meta", None), "joined", {})
        return joined

    @classmethod
    def filter_for_lookup(cls, field: Any, lookup_type: str) -> Any:
        several = lookup_type == "in"
        kind, options = super().filter_for_lookup(field, "exact" if several else lookup_type)  # type: ignore[no-untyped-call]
        kind = ChoiceFilter if kind is django_filters.ChoiceFilter else kind
        if not several:
            return kind, options
        return type(f"{kind.__name__.removesuffix('Filter')}InFilter", (InFilter, kind), {}), options

    @classmethod
    def spell(cls, names: Iterable[str]) -> bool:
        """Whether the values of all these filters are inlined into the SQL."""
        asked = (cls.base_filters.get(name) for name in names)
        return all(isinstance(each, ChoiceFilter) and each.method is None for each in asked)  # type: ignore[misc]  # a property

    def get_form_class(self) -> Any:
        """The form that validates these filters, cached for each combination."""
        return _form_of(type(self), tuple(self.filters))

    def refuse_unless_valid(self) -> None:
        """Raise Refusal (400 invalid_filter) with every invalid value."""
        if self.is_valid():  # type: ignore[no-untyped-call]
            return
        raise bad_filters({name: self._why(name, messages) for name, messages in self.errors.items()})

    def _why(self, name: str, messages: Iterable[Any]) -> str:
        """The error of a value in one sentence; for an enumeration, with the valid values."""
        right = [value for value, _ in self.base_filters[name].extra.get("choices", ())]
        return f"This must be one of: {', '.join(right)}." if right else " ".join(str(each) for each in messages)


class ActiveFilters(dict[str, Any]):
    """The active filters of one request. Only method filters need their filter set, and a complete copy."""

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return {name: deepcopy(each, memo) if each.method else copy(each) for name, each in self.items()}


@lru_cache(MAX_CACHED_FORMS)
def _form_of(kind: type[StrictFilterSet], names: tuple[str, ...]) -> Any:
    fields = {name: kind.base_filters[name].field for name in names}
    return type(f"{kind.__name__}Form", (kind._meta.form,), fields)  # type: ignore[attr-defined]


def matches(*, exact: Iterable[str] = (), ranges: Iterable[str] = ()) -> dict[str, list[str]]:
    """Meta.fields of a filter set: every name gets exact and __in, `ranges` also __gte and __lte."""
    return {
        "id": ["exact", "in"],
        **{name: ["exact", "in"] for name in ("created_by_id", "updated_by_id", *exact)},
        **{name: ["exact", "in", "gte", "lte"] for name in ("created_at", "updated_at", *ranges)},
    }
