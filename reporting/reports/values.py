"""How values are rendered for people, in all formats. Times are UTC, durations in words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from reporting.reports.document import Scalar, ValueKind

NOTHING = "–"
MINUTES_OF_DAY, MINUTES_OF_HOUR = 1_440, 60


def shown(value: Scalar, kind: ValueKind = ValueKind.TEXT) -> str:
    """A value in readable form."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return SHOWN[kind](value)


def stamp(moment: datetime | None) -> str | None:
    """A time in its stored form: ISO 8601 in UTC, whole seconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def minutes(length: timedelta | None) -> float | None:
    """A duration in minutes, to a tenth."""
    return None if length is None else round(length.total_seconds() / 60, 1)


def between(start: datetime | None, end: datetime | None) -> float | None:
    """The minutes between two times, if both are known."""
    return None if start is None or end is None else minutes(end - start)


def words(code: str | None) -> str:
    """A code as words: `api_error` is "api error"."""
    return (code or "").replace("_", " ")


def in_words(total: Any) -> str:
    """Minutes in readable form: `1 d 2 h 5 min`."""
    whole = round(float(total))
    if 0 < float(total) < 1:
        return "< 1 min"
    days, rest = divmod(abs(whole), MINUTES_OF_DAY)
    hours, left = divmod(rest, MINUTES_OF_HOUR)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (left, "min")) if number]
    return ("−" if whole < 0 else "") + (" ".join(parts) or "0 min")


def number(value: Any) -> str:
    """A number with thin spaces between groups of thousands and without trailing zeros."""
    text = f"{float(value):,.1f}".removesuffix(".0")
    return text.replace(",", " ")


def _time(value: Any) -> str:
    return datetime.fromisoformat(str(value)).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


SHOWN: dict[ValueKind, Callable[[Any], str]] = {
    ValueKind.TEXT: str,
    ValueKind.NUMBER: number,
    ValueKind.PERCENT: lambda value: f"{number(value)} %",
    ValueKind.TIME: _time,
    ValueKind.MINUTES: in_words,
    ValueKind.WORD: lambda value: words(str(value)),
    ValueKind.DIGEST: lambda value: f"{value[:16]}…",
}
