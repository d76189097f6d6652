"""Records and rows of whole tables, read with cached SQL where the statement is always the same (see
core.sql.compiled).

Each function takes a queryset and returns exactly what the queryset would. A single record of a queryset that is
restricted to a caller's scope is read normally, because the restriction differs between callers.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models.sql import Query
from django.db.transaction import TransactionManagementError

from core.sql.compiled import CompiledQuery
from core.sql.locking import locking

# The maximum number of cached row shapes, and of ids in one statement, because callers choose them.
MAX_CACHED_FORMS, FEW = 256, 5


def first_row(queryset: Any, pk: int, columns: tuple[str, ...]) -> dict[str, Any] | None:
    """The row of one record as `values(*columns)` returns it; None if the queryset does not contain it."""
    rows = queryset.filter(pk=pk).values(*columns) if is_filtered(queryset) else _row_of(queryset.model, columns)(pk)
    return next(iter(rows), None)


def by_ids(queryset: Any, ids: Collection[int], related: tuple[str, ...] = ()) -> list[Any]:
    """The queryset's records with these ids, in no order; `related` are the relations to join."""
    if not ids:
        return []
    if is_filtered(queryset) or len(ids) > FEW:
        return list(_joined(queryset.filter(pk__in=ids), related))
    return records_of(queryset.model, len(ids), related)(*ids)


def locked(queryset: Any, pk: int) -> Any:
    """The record of an id, if the queryset finds it, locked for the rest of the transaction; else None.

    For a model with `locked_by`, the record that this foreign key names is locked instead.
    Raises TransactionManagementError outside a transaction, in which nothing would stay locked.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("locking a record requires a transaction")
    if queryset.model.locked_by:
        return _locked_by_holder(queryset, pk, queryset.model.locked_by)
    if is_filtered(queryset):
        return locking(queryset).filter(pk=pk).first()
    return _locked_of(queryset.model).first(pk)


def rows_of(queryset: Any, columns: Iterable[str]) -> Any:
    """`queryset.values(*columns)` with cached column resolution, and without ordering."""
    query, columns = queryset.query, tuple(columns)
    if query.combinator or query.annotations or query.distinct or query.is_sliced or len(query.alias_map) > 1:
        return queryset.values(*columns)
    rows = _columns_of(queryset.model, columns).all()
    rows.query.where = query.where
    return rows


class KnownColumns(Query):
    """A query whose columns have been selected before: their SQL is cached.

    A query that is changed to select anything else, such as a count or an existence check, is compiled normally.
    """

    known: Any
    made: dict[bool, Any]

    def get_compiler(self, *args: Any, **options: Any) -> Any:
        compiler = super().get_compiler(*args, **options)
        if self.select is not self.known or self.annotations:
            return compiler
        make = compiler.get_select

        def select(with_col_aliases: bool = False) -> Any:
            if with_col_aliases not in self.made:
                self.made[with_col_aliases] = make(with_col_aliases)
            return self.made[with_col_aliases]

        compiler.get_select = select
        return compiler


def is_filtered(queryset: Any) -> bool:
    query = queryset.query
    return bool(query.where) or query.combinator is not None or query.is_sliced


def _locked_by_holder(queryset: Any, pk: int, name: str) -> Any:
    """The record, read after its holder is locked."""
    holder = queryset.model._meta.get_field(name)
    held_by = queryset.filter(pk=pk).values_list(holder.attname, flat=True).first()
    held = held_by is not None and locked(holder.related_model.objects.all(), held_by) is not None
    return queryset.filter(pk=pk).first() if held else None


def _joined(queryset: Any, related: tuple[str, ...]) -> Any:
    return queryset.select_related(*related) if related else queryset  # without names, every relation would be joined


@lru_cache(MAX_CACHED_FORMS)
def _columns_of(model: Any, columns: tuple[str, ...]) -> Any:
    rows = model.objects.values(*columns)
    rows.query = rows.query.chain(klass=KnownColumns)
    rows.query.known, rows.query.made = rows.query.select, {}
    return rows


@lru_cache(MAX_CACHED_FORMS)
def _row_of(model: Any, columns: tuple[str, ...]) -> CompiledQuery:
    rows = model.objects.order_by().values(*columns)
    return CompiledQuery(lambda pk: rows.filter(pk=pk)[:1], int)


@lru_cache(MAX_CACHED_FORMS)
def records_of(model: Any, count: int, related: tuple[str, ...]) -> CompiledQuery:
    """The records of a whole table with a number of ids."""
    records = _joined(model.objects.order_by(), related)
    return CompiledQuery(lambda *ids: records.filter(pk__in=ids), *[int] * count)


@lru_cache(MAX_CACHED_FORMS)
def _locked_of(model: Any) -> CompiledQuery:
    records = locking(model.objects.order_by())
    return CompiledQuery(lambda pk: records.filter(pk=pk), int)
