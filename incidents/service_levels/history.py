"""How a clock is stored with its incident: `sla_history` holds its stretches, before them what older ones counted;
`sla_elapsed` is the covered time of all that are closed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from incidents.service_levels.clock import Clock, Spent, Stretch
from incidents.service_levels.terms import SlaTerms

FOLDED = "folded"


def read_clock(history: Sequence[dict[str, Any]], counted_time: timedelta) -> Clock:
    """The clock that is stored with an incident."""
    folded = history[0][FOLDED] if history and FOLDED in history[0] else None
    stretches = tuple(map(_stretch, history[1:] if folded else history))
    if folded is not None:
        return Clock(stretches, _spent(folded["counted"]), _spent(folded["pauses"]))
    # Before there were pauses, only the covered time told of stretches that were no longer kept one by one.
    forgotten = counted_time - sum((each.counted or timedelta() for each in stretches), timedelta())
    return Clock(stretches, Spent(forgotten, forgotten))


def stored_clock(clock: Clock) -> list[dict[str, Any]]:
    """The stretches of a clock as they are stored."""
    folded = {"counted": _seconds(clock.folded), "pauses": _seconds(clock.folded_pauses)}
    before = [{FOLDED: folded}] if Spent() != clock.folded + clock.folded_pauses else []
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


def _seconds(spent: Spent) -> list[float]:
    return [spent.covered.total_seconds(), spent.wall.total_seconds()]


def _spent(seconds: Sequence[float]) -> Spent:
    return Spent(*(timedelta(seconds=each) for each in seconds))
