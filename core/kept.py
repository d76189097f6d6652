"""Statements that are asked all the time: the SQL of a queryset is made once, and run again with other values.

To build a queryset and to make its SQL costs Django as much as all else of reading one record. Only what always has the
same shape can be kept: the values may vary, but not what is asked.

    BY_DIGEST = Kept(lambda digest: Token.objects.select_related("user").filter(digest=digest), str)
    BY_DIGEST(digest)  # as list(queryset) would be
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesIterable, get_related_populators

from core.errors import Undeclared

# What stands for the values while the SQL is made: by their type, each unlike any other.
MARKS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 2**62 + number,
    str: lambda number: f"\ufdd0{number}",
    date: lambda number: date(9000 + number, 1, 1),
}
# From a row of the database to what the queryset gives.
Shape = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its parameters, and what becomes of the rows.

    `places` tells which value goes where among the parameters, and how it is adapted; `converters` which columns the
    database gives as another type, with Django's functions that convert them.
    """

    sql: str
    params: tuple[Any, ...]
    places: list[tuple[int, int, Callable[[Any], Any]]]
    converters: list[tuple[int, Any, Any]]
    shape: Shape

    def run(self, values: tuple[Any, ...]) -> list[Any]:
        bound = list(self.params)
        for place, number, adapt in self.places:
            bound[place] = adapt(values[number])
        with connection.cursor() as cursor:
            cursor.execute(self.sql, bound)
            rows = cursor.fetchall()
        return [self.shape(row) for row in (self._converted(rows) if self.converters else rows)]

    def _converted(self, rows: list[tuple[Any, ...]]) -> Iterator[list[Any]]:
        for row in map(list, rows):
            for place, converters, expression in self.converters:
                for convert in converters:
                    row[place] = convert(row[place], expression, connection)
            yield row


class Kept:
    """A queryset as a function of some values.

    Arguments: what builds the queryset of values, and the type of each: int (of 64 bits), str or date. The first use
    raises Undeclared for a queryset that cannot be kept: one that does not give every value to the database as it is,
    or gives neither records nor rows by name nor single values.
    """

    def __init__(self, build: Callable[..., Any], *kinds: type) -> None:
        self._build, self._kinds = build, kinds

    def __call__(self, *values: Any) -> list[Any]:
        """What the queryset of these values finds."""
        return self._statement.run(values)

    def first(self, *values: Any) -> Any:
        """The first of that, or None. The queryset itself should ask for no more."""
        return next(iter(self(*values)), None)

    @cached_property
    def _statement(self) -> Statement:
        marks = [MARKS[kind](number) for number, kind in enumerate(self._kinds)]
        queryset = self._build(*marks)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        places = [
            (place, number, adapt)
            for place, param in enumerate(params)
            for number, mark in enumerate(marks)
            if (adapt := _adaptation(param, mark)) is not None
        ]
        shape = SHAPES.get(queryset._iterable_class)
        lost = set(range(len(marks))) - {number for _, number, _ in places}
        if lost or shape is None or compiler.has_extra_select:
            raise Undeclared(f"this queryset of {queryset.model.__name__} cannot be kept")
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        return Statement(
            sql,
            params,
            places,
            [(place, functions, column) for place, (functions, column) in converters.items()],
            shape(queryset, compiler),
        )


def _adaptation(param: Any, mark: Any) -> Callable[[Any], Any] | None:
    """How a value becomes the parameter that this mark became; None where the parameter is another."""
    if isinstance(mark, date):
        adapt: Callable[[Any], Any] = connection.ops.adapt_datefield_value
        return adapt if param in (mark, adapt(mark)) else None
    same = isinstance(param, type(mark)) and param == mark
    return type(param) if same else None  # the type tells some databases how wide a number is


def _records(queryset: Any, compiler: Any) -> Shape:
    model, places = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    own, names = slice(places[0], places[-1] + 1), [compiler.select[place][0].target.attname for place in places]
    related = get_related_populators(  # the stubs are those of a later Django
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
