"""An incident's clock as data: stretches of time, each under its own terms. Pure: no database, no present time.

The clock starts when the incident is detected, stops while it is resolved and runs again from a reopening. When the
terms change, the stretch so far is closed with the time it covered, and that time is kept. A stretch without any
promise is counted, when one comes, by the terms that then hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from clients.clocks import Interval, covered, due, elapsed
from incidents.service_levels.terms import SlaTerms

MOST_STRETCHES = 50
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time under one set of terms, why it began, and, once it is over, the covered time in it."""

    start: datetime
    terms: SlaTerms
    reasons: tuple[str, ...]
    end: datetime | None = None
    counted: timedelta | None = None

    def closed(self, at: datetime) -> "Stretch":
        end = max(at, self.start)
        return replace(self, end=end, counted=self.until(end))

    def until(self, at: datetime) -> timedelta:
        """The covered time of this stretch up to an instant."""
        if self.end is not None and self.counted is not None and at >= self.end:
            return self.counted
        return elapsed(self.terms.hours, self.start, at) if self.terms.promised else timedelta()

    def intervals(self, at: datetime) -> Iterator[Interval]:
        """What was counted in it, up to an instant."""
        if self.terms.promised:
            yield from covered(self.terms.hours, self.start, min(at, self.end or at))

    def as_dict(self) -> dict[str, Any]:
        return {
            "from": self.start.isoformat(),
            "to": self.end.isoformat() if self.end else None,
            "seconds": self.counted.total_seconds() if self.counted is not None else None,
            "reasons": list(self.reasons),
            "terms": self.terms.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Clock:
    """The stretches of a clock, oldest first, and the covered time of all closed ones, forgotten ones included."""

    stretches: tuple[Stretch, ...] = ()
    kept: timedelta = timedelta()

    @property
    def last(self) -> Stretch | None:
        return self.stretches[-1] if self.stretches else None

    @property
    def is_running(self) -> bool:
        return self.last is not None and self.last.end is None

    @property
    def terms(self) -> SlaTerms:
        return self.last.terms if self.last else SlaTerms()

    def running(self, terms: SlaTerms, *, since: datetime, now: datetime) -> "Clock":
        """The clock as it runs under these terms; a new one runs since the detection."""
        last = self.last
        if last is None:
            return self._with(Stretch(since, terms, ("detected",)))
        if last.end is not None:
            return self._with(Stretch(now, terms, ("reopened", *last.terms.differences(terms))))
        if last.terms == terms:
            return self._replacing(replace(last, terms=terms))
        reasons = tuple(last.terms.differences(terms))
        if not last.terms.promised or last.start >= now:
            return self._replacing(replace(last, terms=terms, reasons=(*last.reasons, *reasons)))
        return self.stopped(now)._with(Stretch(now, terms, reasons))

    def stopped(self, at: datetime) -> "Clock":
        """The clock as it stands still from an instant on."""
        if self.last is None or self.last.end is not None:
            return self
        closed = self.last.closed(at)
        return replace(self._replacing(closed), kept=self.kept + (closed.counted or timedelta()))

    def elapsed(self, at: datetime) -> timedelta:
        """The covered time up to an instant."""
        known = sum((each.counted or timedelta() for each in self.stretches), timedelta())
        begun = (each for each in self.stretches if each.start <= at)
        return self.kept - known + sum((each.until(at) for each in begun), timedelta())

    def due(self, target: timedelta) -> datetime | None:
        """When the target will have elapsed as the clock now runs, or when it had, in an earlier stretch."""
        if self.last is None or not self.is_running or not self.last.terms.promised:
            return None
        left = target - (self.kept - sum((each.counted or timedelta() for each in self.stretches), timedelta()))
        for each in self.stretches[:-1]:
            counted = each.counted or timedelta()
            if counted and left <= counted:
                return due(each.terms.hours, each.start, left)
            left -= counted
        return due(self.last.terms.hours, self.last.start, left)

    def terms_at(self, moment: datetime) -> SlaTerms:
        """The terms that held at an instant."""
        held = [each.terms for each in self.stretches if each.start <= moment]
        return held[-1] if held else self.terms

    def _with(self, stretch: Stretch) -> "Clock":
        return replace(self, stretches=(*self.stretches, stretch)[-MOST_STRETCHES:])

    def _replacing(self, stretch: Stretch) -> "Clock":
        return replace(self, stretches=(*self.stretches[:-1], stretch))


def read_clock(history: list[dict[str, Any]], kept: timedelta) -> Clock:
    """The clock that is stored with an incident."""
    return Clock(tuple(_stretch(each) for each in history), kept)


def minutes(length: timedelta) -> int:
    """Whole minutes; a part of one has not passed yet."""
    return length // _MINUTE


def _stretch(stored: dict[str, Any]) -> Stretch:
    end, seconds = stored["to"], stored["seconds"]
    return Stretch(
        start=datetime.fromisoformat(stored["from"]),
        terms=SlaTerms(**stored["terms"]),
        reasons=tuple(stored["reasons"]),
        end=datetime.fromisoformat(end) if end else None,
        counted=timedelta(seconds=seconds) if seconds is not None else None,
    )
