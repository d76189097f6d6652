"""Records and rows of whole tables, read with cached SQL where the statement is always the same (see
core.sql.compiled).

Each function takes a queryset and returns exactly what the queryset would. A single record of a queryset that is
restricted to a caller's scope is read normally, because the restriction differs between callers.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import prod
from typing import Any

from django.db import connection
from django.db.models.sql import Query
from django.db.transaction import TransactionManagementError

from core.sql.compiled import CompiledQuery, Statement
from core.sql.locking import locking
from core.sql.postgresql.pipelines import one_round_trip

# The maximum number of cached row shapes, and of ids in one statement, because callers choose them.
MAX_CACHED_FORMS, FEW = 256, 5
# The maximum number of rows of the joint statement; beyond it, each table has a statement.
MOST_ROWS = 6


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


def by_ids_of_each(wanted: Sequence[tuple[Any, set[int]]]) -> list[dict[int, Any]]:
    """For each queryset, its records with these ids, by id, as `by_ids` finds them; in one statement, because each
    costs more than its rows. Every row of one table meets every row of the others, so this is for few ids only.
    """
    joint = [place for place, (queryset, ids) in enumerate(wanted) if ids and not is_filtered(queryset)]
    if len(joint) == 1 or prod(len(wanted[place][1]) for place in joint) > MOST_ROWS:
        joint = []
    together = [(wanted[place][0].model, sorted(wanted[place][1])) for place in joint]
    found = dict(zip(joint, _together(together), strict=True))
    rest = enumerate(wanted)
    return [found[place] if place in found else _by_id(by_ids(queryset, ids)) for place, (queryset, ids) in rest]


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


def row_of_created(record: Any, columns: Iterable[str]) -> dict[str, Any] | None:
    """The row as `values(*columns)` would return it; None if a column is of a related record that is not loaded."""
    try:
        return {column: _value(record, column) for column in columns}
    except Unknown:
        return None


def rows_of(queryset: Any, columns: Iterable[str]) -> Any:
    """`queryset.values(*columns)` with cached column resolution, and without ordering."""
    query, columns = queryset.query, tuple(columns)
    if query.combinator or query.annotations or query.distinct or query.is_sliced or len(query.alias_map) > 1:
        return queryset.values(*columns)
    rows = _columns_of(queryset.model, columns).all()
    rows.query.where = query.where
    return rows


class Unknown(Exception):  # noqa: N818 - not an error
    """A column cannot be taken from the record."""


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


def _by_id(records: list[Any]) -> dict[int, Any]:
    return {record.pk: record for record in records}


def _together(wanted: list[tuple[Any, list[int]]]) -> list[dict[int, Any]]:
    if not wanted:
        return []
    forms = tuple((model, len(ids)) for model, ids in wanted)
    parts = _parts(forms)
    bound = [value for part, (_, ids) in zip(parts, wanted, strict=True) for value in part.bound(tuple(ids))]
    with connection.cursor() as cursor:
        with one_round_trip():
            cursor.execute(_joint(forms), bound)
        rows = cursor.fetchall()
    return [_by_id(part.shaped(_own(rows, columns))) for part, columns in zip(parts, _slices(forms), strict=True)]


def _own(rows: list[Any], columns: slice) -> list[Any]:
    """One table's rows among those of all, each once; a table in which nothing was found has an empty row."""
    own = {row[columns.start]: row[columns] for row in rows}
    return [row for pk, row in own.items() if pk is not None]


@lru_cache(MAX_CACHED_FORMS)
def _parts(forms: tuple[tuple[Any, int], ...]) -> list[Statement]:
    return [records_of(model, count, ()).statement for model, count in forms]


@lru_cache(MAX_CACHED_FORMS)
def _joint(forms: tuple[tuple[Any, int], ...]) -> str:
    joined = [f"LEFT JOIN ({part.sql}) part_{number} ON TRUE" for number, part in enumerate(_parts(forms))]
    columns = ", ".join(f"part_{number}.*" for number in range(len(forms)))
    return f"SELECT {columns} FROM (SELECT 1 AS single) one {' '.join(joined)}"  # noqa: S608 - compiled statements


@lru_cache(MAX_CACHED_FORMS)
def _slices(forms: tuple[tuple[Any, int], ...]) -> list[slice]:
    """The columns of each table; its id comes first."""
    return list(_placed([len(model._meta.concrete_fields) for model, _ in forms]))


def _placed(widths: list[int]) -> Iterator[slice]:
    start = 0
    for width in widths:
        yield slice(start, start + width)
        start += width


def _value(record: Any, column: str) -> Any:
    *path, name = column.split("__")
    for step in path:
        if record is None:
            return None
        record = _related(record, step)
    return None if record is None else _as_read(getattr(record, name))


def _related(record: Any, name: str) -> Any:
    """A related record that is loaded, or None if there is none."""
    if getattr(record, record._meta.get_field(name).attname) is None:
        return None
    if name not in record._state.fields_cache:
        raise Unknown(name)
    return record._state.fields_cache[name]


def _as_read(value: Any) -> Any:
    """A value in the type in which a database returns it: plain text, times in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return str(value) if isinstance(value, str) else value
