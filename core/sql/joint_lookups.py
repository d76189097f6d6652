"""Records of several tables by their ids in one statement, because each statement costs more than its rows.

    SELECT * FROM (SELECT 1) one LEFT JOIN (people) a ON TRUE LEFT JOIN (clients) b ON TRUE

Every row of one table meets every row of the others, so this is for few ids only.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import prod
from typing import Any

from django.db import connection

from core.sql.compiled import Statement
from core.sql.lookups import MAX_CACHED_FORMS, by_ids, is_filtered, records_of
from core.sql.postgresql.pipelines import one_round_trip

# The maximum number of rows of the joint statement; beyond it, each table has a statement.
MOST_ROWS = 6

# A model, and the number of its ids.
Form = tuple[Any, int]


def by_ids_of_each(wanted: Sequence[tuple[Any, set[int]]]) -> list[dict[int, Any]]:
    """For each queryset, its records with these ids, by id; as `by_ids` finds them."""
    joint = [place for place, (queryset, ids) in enumerate(wanted) if ids and not is_filtered(queryset)]
    if len(joint) == 1 or prod(len(wanted[place][1]) for place in joint) > MOST_ROWS:
        joint = []
    together = [(wanted[place][0].model, sorted(wanted[place][1])) for place in joint]
    found = dict(zip(joint, _together(together), strict=True))
    rest = enumerate(wanted)
    return [found[place] if place in found else _by_id(by_ids(queryset, ids)) for place, (queryset, ids) in rest]


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
def _parts(forms: tuple[Form, ...]) -> list[Statement]:
    return [records_of(model, count, ()).statement for model, count in forms]


@lru_cache(MAX_CACHED_FORMS)
def _joint(forms: tuple[Form, ...]) -> str:
    joined = [f"LEFT JOIN ({part.sql}) part_{number} ON TRUE" for number, part in enumerate(_parts(forms))]
    columns = ", ".join(f"part_{number}.*" for number in range(len(forms)))
    return f"SELECT {columns} FROM (SELECT 1 AS single) one {' '.join(joined)}"  # noqa: S608 - compiled statements


@lru_cache(MAX_CACHED_FORMS)
def _slices(forms: tuple[Form, ...]) -> list[slice]:
    """The columns of each table; its id comes first."""
    return list(_placed([len(model._meta.concrete_fields) for model, _ in forms]))


def _placed(widths: list[int]) -> Iterator[slice]:
    start = 0
    for width in widths:
        yield slice(start, start + width)
        start += width
