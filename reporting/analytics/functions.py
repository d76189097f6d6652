"""Database functions for both databases."""

from datetime import UTC
from typing import Any

from django.db.models import CharField, DateTimeField, FloatField, Func, Value
from django.db.models.functions import Cast, TruncDay, TruncMonth, TruncWeek

from reporting.analytics.choices import QUANTILES, Interval

TRUNCATIONS = {Interval.DAY: TruncDay, Interval.WEEK: TruncWeek, Interval.MONTH: TruncMonth}


class Minutes(Func):
    """The minutes, with fractions, between two times."""

    arity = 2
    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> Any:
        earlier, later = self.get_source_expressions()
        flipped = Func(later, earlier, function="django_timestamp_diff", output_field=FloatField())
        sql, params = compiler.compile(flipped)
        return f"({sql} / 60000000.0)", params

    def as_postgresql(self, compiler: Any, connection: Any, **options: Any) -> Any:
        (earlier, given), (later, more) = (compiler.compile(each) for each in self.get_source_expressions())
        return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) / 60 AS double precision)", (*more, *given)


def text(value: Any) -> Cast:
    """A value as text: a union needs equal, known column types in every branch."""
    return Cast(value if hasattr(value, "resolve_expression") else Value(value), CharField())


def bucket(column: str, interval: Interval) -> Cast:
    """The start, in UTC and as text, of the interval that contains a time."""
    return text(TRUNCATIONS[interval](column, output_field=DateTimeField(), tzinfo=UTC))


# PostgreSQL has a percentile function; on SQLite a weighted sum replaces it: a percentile is the mean of the two values
# around its rank, weighted by their distance, and all other values have weight 0.
ON_POSTGRESQL = "PERCENTILE_CONT({quantile}) WITHIN GROUP (ORDER BY value)"
ON_SQLITE = "SUM(value * MAX(0.0, 1.0 - ABS(place - 1 - {quantile} * (size - 1))))"
RANKED = """, ranked AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY kind, subject, bucket ORDER BY value) AS place,
           COUNT(*) OVER (PARTITION BY kind, subject, bucket) AS size FROM events)"""


def summary_of(events: str, vendor: str) -> str:
    """The statement that summarises events (kind, subject, bucket, value), given as a query.

    Its columns: kind, subject, bucket, number of events, sum, mean, and every quantile of their values, in order.
    Percentiles interpolate between neighbours, like PERCENTILE_CONT.
    """
    postgresql = vendor == "postgresql"
    form, ranked, source = (ON_POSTGRESQL, "", "events") if postgresql else (ON_SQLITE, RANKED, "ranked")
    quantiles = ", ".join(form.format(quantile=quantile) for quantile in QUANTILES.values())
    return (
        f"WITH events (kind, subject, bucket, value) AS ({events}){ranked} "  # noqa: S608 - no value of a request
        f"SELECT kind, subject, bucket, COUNT(*), SUM(value), AVG(value), {quantiles} "
        f"FROM {source} GROUP BY kind, subject, bucket"
    )
