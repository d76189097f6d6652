"""Converts summaries to figures for every group and interval, including empty ones. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.reading.pagination import bad_filter
from reporting.analytics.choices import DURATIONS, JUDGED, MAX_CELLS, QUANTILES, VOLUMES
from reporting.analytics.events import CARRIED, Sum
from reporting.analytics.question import AnalyticsQuery

Figures = dict[str, Any]
NO_SUM = Sum("", None, None, 0, None, None, (None,) * len(QUANTILES))


def groups_of(
    question: AnalyticsQuery, by_interval: Iterable[Sum], whole: Iterable[Sum], *, judged: bool = True
) -> list[dict[str, Any]]:
    """The figures of each group: for the whole period and for every interval. Raises Refusal (400 invalid_filter).

    Breaches are counted only over `judged` incidents, whose agreements concern the reader.
    """
    totals = {(each.subject, each.kind): each for each in whole}
    cells = {(each.subject, each.bucket, each.kind): each for each in by_interval}
    subjects = {subject for subject, _ in totals} or ({""} if question.group_by is None else set())
    _bound(question, len(subjects))
    if not judged:
        totals, cells = _unjudged(totals), _unjudged(cells)
    return [_group(question, subject, cells, totals) for subject in sorted(subjects, key=_order)]


def _unjudged(sums: Mapping[Any, Sum]) -> dict[Any, Sum]:
    return {key: each for key, each in sums.items() if each.kind not in JUDGED}


def _bound(question: AnalyticsQuery, groups: int) -> None:
    if groups * sum(1 for _ in question.buckets()) > MAX_CELLS:
        raise bad_filter(
            "group_by",
            f"{groups} groups have more than {MAX_CELLS} intervals together: narrow from and to, or use longer "
            "intervals.",
        )


def _order(subject: str | None) -> tuple[bool, int, str]:
    """Sorts ids as numbers and names as text, with the empty group last."""
    text = subject or ""
    return subject is None, int(text) if text.isdigit() else 0, text


def _group(
    question: AnalyticsQuery,
    subject: str | None,
    cells: Mapping[tuple[str | None, datetime | None, str], Sum],
    totals: Mapping[tuple[str | None, str], Sum],
) -> dict[str, Any]:
    carried = totals.get((subject, CARRIED), NO_SUM).number
    backlog, intervals = carried, []
    for first, start, end in question.buckets():
        figures = _figures({kind: cells.get((subject, first, kind), NO_SUM) for kind in KINDS}, backlog)
        backlog = figures["backlog"]
        intervals.append({"start": start, "end": end, **figures})
    total = _figures({kind: totals.get((subject, kind), NO_SUM) for kind in KINDS}, carried)
    return {"key": _key(subject), "total": total, "intervals": intervals}


KINDS = (*VOLUMES, *DURATIONS, *JUDGED)


def _figures(sums: Mapping[str, Sum], backlog: int) -> Figures:
    """The figures of one interval, from its summaries and its initial backlog."""
    judged, unpaused = sums["judged"], sums["unpaused"]
    return {
        **{name: _duration(sums[name]) for name in DURATIONS},
        "sla_breach_rate": {
            "resolved": judged.number,
            "breached": round(judged.total or 0),
            "percent": _percent(judged.mean),
            "breached_without_pauses": round(unpaused.total or 0),
            "percent_without_pauses": _percent(unpaused.mean),
        },
        **{name: sums[name].number for name in VOLUMES},
        "backlog": backlog + sums["opened"].number - sums["resolved"].number,
    }


def _duration(found: Sum) -> dict[str, Any]:
    quantiles = zip(QUANTILES, found.quantiles, strict=True)
    return {
        "incidents": found.number,
        "mean": _rounded(found.mean),
        **{name: _rounded(value) for name, value in quantiles},
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _key(subject: str | None) -> int | str | None:
    return int(subject) if subject and subject.isdigit() else subject or None
