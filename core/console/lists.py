"""Lists of the console. Pages never count a whole table, and filters list only values within the scope."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from unfold.forms import PaginationInlineFormSet
from unfold.views import ChangeList

from core.console.columns import References, field_of

# Numbers with at most this many digits fit into every id column.
ID_DIGITS = 18


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most `limit` records; filters narrow a longer list."""

    limit = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.limit].count())


class ScopedChangeList(ChangeList):  # type: ignore[misc]
    """A list that looks up its references once for each page, in the viewer's scope."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.bounded = self.result_count >= BoundedPaginator.limit
        narrowed = self.has_active_filters or self.query
        self.full_result_count = None if narrowed else self.result_count  # only the page was counted
        names = [each.__name__ for each in self.list_display if callable(each)]
        fields = [field_of(self.model, name) for name in names]
        keys = [each for each in fields if isinstance(each, models.ForeignKey)]
        References.of(request).load(self.result_list, keys)


class ScopedFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    """Records within another record's page; their references are looked up once for all of them."""

    _queryset: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._queryset = list(self._queryset)
        keys = [each for each in self.model._meta.concrete_fields if isinstance(each, models.ForeignKey)]
        References.of(self.request).load(self._queryset, keys)


class LinkedFilter(admin.SimpleListFilter):
    """A filter that is only set by links and offers no choices."""

    field_name = ""

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        given = self.value()
        return [(given, given)] if given else []

    def value(self) -> str | None:
        given = super().value()
        if given and not (given.isascii() and given.isdigit() and len(given) <= ID_DIGITS):
            raise IncorrectLookupParameters(f"{self.parameter_name} must be a number")
        return given

    def queryset(self, request: Any, queryset: Any) -> Any:
        given = self.value()
        return queryset.filter(**{self.field_name: int(given)}) if given else queryset


class TableFilter(admin.SimpleListFilter):
    """A filter over a text column with known values."""

    field_name = ""
    options: Callable[[], Iterable[str]]

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, gettext(name.replace("_", " "))) for name in type(self).options()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(**{self.field_name: self.value()}) if self.value() else queryset


def linked_filter(name: str) -> type[LinkedFilter]:
    """Filter by an id, under the column's own name."""
    title = name.removesuffix("_id").replace("_", " ")
    return type(f"{name}Given", (LinkedFilter,), {"parameter_name": name, "field_name": name, "title": title})


def table_filter(name: str, options: Callable[[], Iterable[str]]) -> type[TableFilter]:
    """Filter a text column by a list of known values."""
    members = {"parameter_name": name, "field_name": name, "title": name.replace("_", " ")}
    return type(f"{name}Table", (TableFilter,), {**members, "options": staticmethod(options)})
