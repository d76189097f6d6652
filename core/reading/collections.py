"""Collections: how the records of one type are read, filtered, searched, ordered and rendered at every entry point."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from core.errors import Refusal, not_found
from core.formats.csv_table import render_csv
from core.models import Record
from core.operations.fields import MAX_ID
from core.reading.filters import StrictFilterSet
from core.reading.page_numbers import read_number, read_numbered
from core.reading.pagination import Page, PageKey, bad_filter, read_batches, read_first_page, read_page, read_size
from core.reading.query import MAX_WORDS, read_words, refuse_unknown, refuse_unstorable
from core.reading.serializers import Output
from core.reading.sparse_fields import Relation, Selection, select
from core.sql.lookups import first_row, is_filtered, row_of_created

# Filters whose values say nothing about a person: ids, numbers, times, flags and enumerations.
CLOSED = (
    django_filters.NumberFilter,
    django_filters.DateFilter,
    django_filters.IsoDateTimeFilter,
    django_filters.BooleanFilter,
    django_filters.ChoiceFilter,
)
# Control parameters of a single record, of a list, and of a list with numbered pages.
CHOICES = ("fields", "expand")
CONTROLS = (*CHOICES, "cursor", "page_size", "search", "ordering")
# Control parameters that a table refuses, because it contains all results.
OF_PAGES = ("cursor", "page", "page_size")
# Rows of a table read in one batch.
BATCH = 500
# Everyone who may read a record's author and editor ids may expand them.
OF_RECORDS = {"created_by": "created_by", "updated_by": "updated_by"}
VERSION = "version"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Collection:
    """The reading configuration of one entity type.

    `search`: the columns that the `search` parameter matches, its own or those of referenced records; `ordering`: the
    sortable columns (never null, indexed), the first of them, newest first, being the default; `label`: the column that
    names a record in brief lists; `label_columns`: further columns where the label is ambiguous; `detail`: a richer
    representation for a single record; `relations`: the expandable relations by name, with their foreign keys (see
    `related`); `numbered`: whether the collection is small enough for page numbers.
    """

    model: Any
    output: type[Output]
    filters: type[StrictFilterSet]
    label: str
    label_columns: tuple[str, ...] = field(default=(), kw_only=True)
    search: tuple[str, ...]
    ordering: tuple[str, ...] = ("id", "created_at", "updated_at")
    detail: type[Output] | None = None
    relations: Mapping[str, str] = field(default_factory=dict)
    numbered: bool = False

    def __post_init__(self) -> None:
        collections[self.entity_type] = self

    @property
    def entity_type(self) -> str:
        return str(self.model.entity_type)

    @property
    def single(self) -> type[Output]:
        return self.detail or self.output

    @property
    def search_rule(self) -> str:
        """The rule of the `search` parameter, in one sentence."""
        columns = ", ".join(self.search)
        return (
            f"Every word, of at most {MAX_WORDS}, must occur in one of: {columns}; case and accents' form do not count."
        )

    def scoped(self, user: Any) -> QuerySet[Any]:
        visible: QuerySet[Any] = self.model.objects.visible_to(user)
        return visible

    def known_filters(self) -> list[str]:
        return sorted(self.filters.base_filters)

    @cached_property
    def closed_filters(self) -> frozenset[str]:
        """The filters whose values the audit trail may keep as they are."""
        return frozenset(name for name, each in self.filters.base_filters.items() if isinstance(each, CLOSED))

    def filters_for(self, user: Any) -> Iterable[str]:
        """The filters available to a user: a filter on a hidden field would disclose it."""
        shown = self.output.visible_fields(user)
        if shown is None:
            return self.filters.base_filters
        hidden = set(self.output.Meta.fields) - set(shown)
        return [name for name in self.known_filters() if name.split("__")[0] not in hidden]

    @property
    def controls(self) -> tuple[str, ...]:
        return (*CONTROLS, "page") if self.numbered else CONTROLS

    def related(self, output: type[Output]) -> dict[str, Relation]:
        """The relations that `expand` accepts for a representation; complete once every app has started."""
        return {name: _relation(output, key) for name, key in {**self.relations, **self._of_every_record}.items()}

    @property
    def _of_every_record(self) -> Mapping[str, str]:
        return OF_RECORDS if issubclass(self.model, Record) else NOTHING

    def filtered(self, user: Any, params: Mapping[str, str], within: Any = None) -> QuerySet[Any]:
        """The records in the user's scope that match the query parameters. Raises Refusal (400 invalid_filter).

        `within` is that scope, if the caller already has it. Scopes are restricted by `scoped` alone; an enumeration
        within it must be the same for every user (see `page`).
        """
        self._refuse_unreadable(user, params)
        given = self._filters_among(params)
        queryset: QuerySet[Any] = self.scoped(user) if within is None else within
        if given:
            filters = self.filters(given, queryset=queryset, reader=user)
            filters.refuse_unless_valid()
            queryset = filters.qs
        return queryset.filter(self._search(user, params["search"])) if params.get("search") else queryset

    def page(self, user: Any, params: Mapping[str, str], found: Any = None) -> Page:
        """One page of represented records. Raises Refusal (400 invalid_filter).

        `found` is the result of `filtered`, if the caller already has it; it is lazy, because some pages do not need
        it.
        """
        asked = self._common(user, params)
        queryset = None if asked else self.filtered(user, params) if found is None else found
        ordering, selection = self._ordering(params), self.selection(self.output, user, params)
        size, columns = read_size(params.get("page_size")), selection.columns
        if asked:
            page = read_first_page(asked, ordering, size, columns)
        elif "page" in params:
            page = read_numbered(queryset, ordering, read_number(params), size, columns)
        else:
            page = read_page(queryset, ordering, params.get("cursor"), size, columns)
        return replace(page, rows=selection.represent(page.rows))

    def _common(self, user: Any, params: Mapping[str, str]) -> PageKey | None:
        """The page key, for a first page that every user may read, with filters whose values are part of the SQL:
        then the SQL is independent of the caller. Raises Refusal (400 invalid_filter).
        """
        given = self._filters_among(params)
        elsewhere = any(params.get(name) for name in ("cursor", "page", "search"))
        if elsewhere or not self.filters.spell(given) or is_filtered(self.scoped(user)):
            return None
        self._refuse_unreadable(user, params)
        return PageKey((id(self), *sorted(given.items())), self.filtered, (user, params))

    def _filters_among(self, params: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in params.items() if name not in self.controls}

    def _refuse_unreadable(self, user: Any, params: Mapping[str, str]) -> None:
        refuse_unknown(params, [*self.filters_for(user), *self.controls])
        refuse_unstorable(params)

    def table(self, user: Any, params: Mapping[str, str]) -> Iterator[str]:
        """All represented records as CSV, in chunks of bounded size. Raises Refusal (400 invalid_filter)."""
        queryset, ordering = self.filtered(user, params), self._ordering(params)
        selection = self.selection(self.output, user, params)
        for name in OF_PAGES:
            if name in params:
                raise bad_filter(name, "A table contains all results; it has no pages.")
        names = selection.header
        lines: list[Iterable[Any]] = [names]
        for batch in read_batches(queryset, ordering, selection.columns, BATCH):
            lines += [[row[name] for name in names] for row in selection.represent(batch)]
            yield render_csv(lines)
            lines = []

    def selection(self, output: type[Output], user: Any, params: Mapping[str, str]) -> Selection:
        """The fields and relations requested by `fields` and `expand`. Raises Refusal (400 invalid_filter)."""
        return select(output, self.related(output) if "expand" in params else {}, user, params)

    def one(self, user: Any, pk: Any, params: Mapping[str, str] = NOTHING) -> tuple[dict[str, Any], int]:
        """A single represented record in the user's scope, and its version. Raises Refusal (404, then 400)."""
        try:
            refuse_unknown(params, CHOICES)
            refuse_unstorable(params)
            selection = self.selection(self.single, user, params)
        except Refusal:
            self.require(user, pk)
            raise
        return self._shown(self._row(user, pk, selection.columns), selection)

    def require(self, user: Any, pk: Any) -> None:
        """Refuse (404) unless the record exists in the user's scope."""
        self._row(user, pk, ["id"])

    def by_id(self, user: Any, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
        """The records with these ids in the user's scope, represented as in lists, in one statement."""
        ids = list(ids)
        return {row["id"]: row for row in self.output.rows(self.scoped(user).filter(pk__in=ids), user)} if ids else {}

    def shown(self, record: Any, user: Any, *, last: bool = False) -> tuple[dict[str, Any], int]:
        """The representation and version of a record that the user has just written.

        `last`: nothing has been written since this record was saved. Then a created one need not be read again.
        """
        selection = self.selection(self.single, user, NOTHING)
        known = self.single.of_created(record) if last else None
        row = row_of_created(record, [*selection.columns, VERSION]) if known is not None else None
        if known is None or row is None:
            return self._shown(self._read(self.model.objects.all(), record.pk, selection.columns), selection)
        return self._shown({**row, **known}, selection)

    def _shown(self, row: Any, selection: Selection) -> tuple[dict[str, Any], int]:
        return selection.represent([row])[0], row.get(VERSION, 1)

    def _row(self, user: Any, pk: Any, columns: list[str]) -> dict[str, Any]:
        row = self._read(self.scoped(user), pk, columns) if 0 <= int(pk) <= MAX_ID else None
        if row is None:
            raise not_found(self.entity_type)
        return row

    def _read(self, queryset: QuerySet[Any], pk: Any, columns: list[str]) -> dict[str, Any] | None:
        versioned = [VERSION] if issubclass(self.model, Record) else []
        return first_row(queryset, int(pk), tuple(dict.fromkeys([*columns, *versioned])))

    def _ordering(self, params: Mapping[str, str]) -> str:
        ordering = params.get("ordering") or f"-{self.ordering[0]}"
        if ordering.removeprefix("-") not in self.ordering:
            raise bad_filter(
                "ordering", f"Allowed orderings: {', '.join(self.ordering)}; prefix with - for descending."
            )
        return ordering

    def _search(self, user: Any, text: str) -> Q:
        """Every word must occur in one of the searched columns. Raises Refusal (400 invalid_filter) for too many."""
        found = Q()
        for word in read_words(text):
            anywhere = Q()
            for column in self.search:
                anywhere |= Q(**{f"{column}__folded_contains": word}) & self._readable(user, column)
            found &= anywhere
        return found

    def _readable(self, user: Any, column: str) -> Q:
        """Restrict a search on a referenced record's column to readable records: a match would disclose the others."""
        path = column.rpartition("__")[0]
        if not path or user.is_internal:  # staff read every record
            return Q()
        return Q(**{f"{path}__in": related_model(self.model, path).objects.visible_to(user).values("pk")})


collections: dict[str, Collection] = {}


def related(*names: str, **keys: str) -> dict[str, str]:
    """Declare the relations of a collection: those named like their foreign keys, and those with another name."""
    return {**{name: name for name in names}, **keys}


def related_model(model: Any, path: str) -> Any:
    """The model at the end of a path of foreign keys."""
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    return model


def _relation(output: type[Output], key: str) -> Relation:
    meta: Any = output.Meta
    reference = meta.model._meta.get_field(key)
    joined = getattr(meta, "joined", {})
    shown_as = next(name for name in meta.fields if joined.get(name, name) == reference.attname)
    return Relation(shown_as, reference.attname, collections[reference.related_model.entity_type])
