"""The stored form of a clock: `sla_history` contains the totals of older stretches and the stretches; `sla_elapsed` is
the covered time of all closed stretches.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from incidents.service_levels.clock import Clock, ElapsedTime, Stretch
from incidents.service_levels.terms import SlaTerms

MERGED = "folded"


def read_clock(history: Sequence[dict[str, Any]], counted_time: timedelta) -> Clock:
    """The clock from the stored columns of an incident."""
    merged = history[0][MERGED] if history and MERGED in history[0] else None
    stretches = tuple(map(_stretch, history[1:] if merged else history))
    if merged is not None:
        return Clock(stretches, _spent(merged["counted"]), _spent(merged["pauses"]))
    # Before pauses existed, only the covered time of merged stretches was stored.
    forgotten = counted_time - sum((each.counted or timedelta() for each in stretches), timedelta())
    return Clock(stretches, ElapsedTime(forgotten, forgotten))


def stored_clock(clock: Clock) -> list[dict[str, Any]]:
    """The stored form of a clock's stretches."""
    merged = {"counted": _seconds(clock.merged), "pauses": _seconds(clock.merged_pauses)}
    before = [{MERGED: merged}] if ElapsedTime() != clock.merged + clock.merged_pauses else []
    return [*before, *map(_as_dict, clock.stretches)]


def _as_dict(stretch: Stretch) -> dict[str, Any]:
    stored = {
        "from": stretch.start.isoformat(),
        "to": stretch.end.isoformat() if stretch.end else None,
        "seconds": stretch.counted.total_seconds() if stretch.counted is not None else None,
        "reasons": list(stretch.reasons),
        "terms": stretch.terms.as_dict(),
    }
    return {**stored, "paused": True} if stretch.paused else stored


def _stretch(stored: dict[str, Any]) -> Stretch:
    end, seconds = stored["to"], stored["seconds"]
    return Stretch(
        start=datetime.fromisoformat(stored["from"]),
        terms=SlaTerms(**stored["terms"]),
        reasons=tuple(stored["reasons"]),
        end=datetime.fromisoformat(end) if end else None,
        counted=timedelta(seconds=seconds) if seconds is not None else None,
        paused=stored.get("paused", False),
    )


def _seconds(elapsed_time: ElapsedTime) -> list[float]:
    return [elapsed_time.covered.total_seconds(), elapsed_time.wall.total_seconds()]


def _spent(seconds: Sequence[float]) -> ElapsedTime:
    return ElapsedTime(*(timedelta(seconds=each) for each in seconds))
