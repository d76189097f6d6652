"""Counts that end at a maximum, several in one statement: they cost the same however many records there are."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, Subquery

from users.models import User

# The maximum of a count.
MOST = 500


class _Counted(Subquery):
    """The number of rows of a limited query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def bounded_counts(asked: Mapping[str, Any], viewer: Any) -> dict[str, int]:
    """The number of records of each queryset, at most one more than MOST. The statement hangs on the viewer's row.

    An ordered queryset is read off the index of that order: without one, a query planner may read the table from its
    beginning, where the oldest records are.
    """
    limited = {name: _Counted(records.values("pk")[: MOST + 1]) for name, records in asked.items()}
    found: dict[str, int] = User.objects.filter(pk=viewer.pk).annotate(**limited).values(*limited).get()
    return found


def bounded(count: int) -> str:
    """A count for readers."""
    return f"{MOST}+" if count > MOST else str(count)
