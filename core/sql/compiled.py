"""Frequent statements: the SQL of a queryset is compiled once, and executed again with other values.

Building a queryset and compiling its SQL costs as much in Django as the rest of reading one record. Only a statement
with a constant shape can be compiled: its values may vary, but not its structure.

    BY_DIGEST = CompiledQuery(lambda digest: Token.objects.select_related("user").filter(digest=digest), str)
    BY_DIGEST(digest)  # as list(queryset) would be
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Self

from django.db import connection
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesIterable, get_related_populators

from core.errors import UndeclaredError
from core.sql.postgresql.pipelines import one_round_trip

# Placeholder values during compilation: one set for each type, all distinct.
MARKS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 2**62 + number,
    str: lambda number: f"\ufdd0{number}",
    date: lambda number: date(9000 + number, 1, 1),
}
# The statement is compiled with two sets of them: parameters that differ between the two depend on the values.
SECOND = 500
# Converts a database row to the queryset's result.
Shape = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its parameters, and the conversion of its rows.

    `places` maps each value to its positions among the parameters and its adaptation; `converters` lists the columns
    that the database returns with another type, with Django's conversion functions.
    """

    sql: str
    params: tuple[Any, ...]
    places: list[tuple[int, int, Callable[[Any], Any]]]
    converters: list[tuple[int, Any, Any]]
    shape: Shape

    def run(self, values: tuple[Any, ...], before: Callable[[], None] | None = None) -> list[Any]:
        with connection.cursor() as cursor:
            if before is None:
                cursor.execute(self.sql, self.bound(values))
            else:
                with one_round_trip():
                    before()
                    cursor.execute(self.sql, self.bound(values))
            rows = cursor.fetchall()
        return self.shaped(rows)

    def bound(self, values: tuple[Any, ...]) -> list[Any]:
        """The parameters for these values."""
        bound = list(self.params)
        for place, number, adapt in self.places:
            bound[place] = adapt(values[number])
        return bound

    def shaped(self, rows: list[Any]) -> list[Any]:
        """The results in these rows."""
        return [self.shape(row) for row in (self._converted(rows) if self.converters else rows)]

    def _converted(self, rows: list[tuple[Any, ...]]) -> Iterator[list[Any]]:
        for row in map(list, rows):
            for place, converters, expression in self.converters:
                for convert in converters:
                    row[place] = convert(row[place], expression, connection)
            yield row


class CompiledQuery:
    """A queryset as a function of some values.

    Arguments: a function that builds the queryset from the values, and the type of each: int (of 64 bits), str or date.
    The function must be pure: it must not read the clock or the caller. The first use raises UndeclaredError for a
    queryset that cannot be compiled: one that does not pass every value to the database unchanged, or whose results are
    not plain records, rows by name or single values.
    """

    def __init__(self, build: Callable[..., Any], *kinds: type) -> None:
        self._build, self._kinds = build, kinds

    def __call__(self, *values: Any) -> list[Any]:
        """The results of the queryset for these values."""
        return self.statement.run(values)

    def behind(self, before: Callable[[], None], *values: Any) -> list[Any]:
        """The same, behind the statements of `before`, of which no rows are needed: all take one round trip."""
        return self.statement.run(values, before)

    def beside(self, other: "CompiledQuery", *values: Any) -> tuple[list[Any], list[Any]]:
        """The results of this query and of another one for the same values, in one round trip."""
        with connection.cursor() as mine, connection.cursor() as others:
            with one_round_trip():
                mine.execute(self.statement.sql, self.statement.bound(values))
                others.execute(other.statement.sql, other.statement.bound(values))
            rows = mine.fetchall(), others.fetchall()
        return self.statement.shaped(rows[0]), other.statement.shaped(rows[1])

    def first(self, *values: Any) -> Any:
        """The first result, or None. The queryset itself should be limited to one."""
        return next(iter(self(*values)), None)

    def ready(self) -> Self:
        """This query, already compiled. Raises the exceptions of building the queryset."""
        _ = self.statement
        return self

    @cached_property
    def statement(self) -> Statement:
        """The compiled statement. Raises UndeclaredError for a queryset that cannot be compiled."""
        marks = [MARKS[kind](number) for number, kind in enumerate(self._kinds)]
        queryset, compiler, sql, params = self._compiled(marks)
        places = [
            (place, number, adapt)
            for place, param in enumerate(params)
            for number, mark in enumerate(marks)
            if (adapt := _adaptation(param, mark)) is not None
        ]
        shape = SHAPES.get(queryset._iterable_class)
        plain = not (compiler.has_extra_select or queryset._prefetch_related_lookups)
        annotated = queryset._iterable_class is ModelIterable and compiler.annotation_col_map
        if shape is None or not plain or annotated or not self._all_placed(params, places):
            raise UndeclaredError(f"this queryset of {queryset.model.__name__} cannot be compiled")
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        return Statement(
            sql,
            params,
            places,
            [(place, functions, column) for place, (functions, column) in converters.items()],
            shape(queryset, compiler),
        )

    def _compiled(self, marks: list[Any]) -> tuple[Any, Any, str, tuple[Any, ...]]:
        queryset = self._build(*marks)
        compiler = queryset.query.get_compiler(connection=connection)
        return queryset, compiler, *compiler.as_sql()

    def _all_placed(self, params: tuple[Any, ...], places: list[tuple[int, int, Any]]) -> bool:
        """Whether each value has a position, and no other parameter depends on a value."""
        *_, others = self._compiled([MARKS[kind](SECOND + number) for number, kind in enumerate(self._kinds)])
        placed = {place for place, _, _ in places}
        follow = {place for place, pair in enumerate(zip(params, others, strict=True)) if pair[0] != pair[1]}
        return follow == placed and {number for _, number, _ in places} == set(range(len(self._kinds)))


def _adaptation(param: Any, mark: Any) -> Callable[[Any], Any] | None:
    """The adaptation of a value to its parameter; None if the parameter does not belong to the value."""
    if isinstance(mark, date):
        adapt: Callable[[Any], Any] = connection.ops.adapt_datefield_value
        return adapt if param in (mark, adapt(mark)) else None
    same = isinstance(param, type(mark)) and param == mark
    return type(param) if same else None  # some databases need the type for the width of a number


def _records(queryset: Any, compiler: Any) -> Shape:
    model, places = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    own, names = slice(places[0], places[-1] + 1), [compiler.select[place][0].target.attname for place in places]
    related = get_related_populators(  # the stubs describe a later Django
        compiler.klass_info, compiler.select, queryset.db
    )  # type: ignore[call-arg]

    def record(row: Any) -> Any:
        made = model.from_db(queryset.db, names, row[own])
        for each in related:
            each.populate(row, made)
        return made

    return record


def _rows_by_name(queryset: Any, compiler: Any) -> Shape:
    names = list(queryset.query.selected or queryset.query.values_select)
    return lambda row: dict(zip(names, row, strict=True))


def _single_values(queryset: Any, compiler: Any) -> Shape:
    return lambda row: row[0]


SHAPES: dict[Any, Callable[[Any, Any], Shape]] = {
    ModelIterable: _records,
    ValuesIterable: _rows_by_name,
    FlatValuesListIterable: _single_values,
}
