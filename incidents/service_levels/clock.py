"""An incident's clock as data: stretches of time, each with its own terms. Pure: no database access, no current time.

The clock starts at the detection, stops while the incident is resolved, and restarts at a reopening. A change of terms
closes the current stretch, whose covered time remains. A stretch without an agreement is counted by the terms of the
first agreement that follows. A paused stretch does not count for the resolution; `without_pauses` is the same clock
with all pauses counted: the response uses it, and the difference shows the effect of the pauses.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clients.budgets import Budget
from clients.clocks import Interval, covered, due, elapsed
from incidents.service_levels.terms import SlaTerms

# The maximum number of stored stretches; of older ones, only the totals are stored.
MAX_STRETCHES = 50
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class ElapsedTime:
    """Elapsed time: covered time and wall-clock time."""

    covered: timedelta = _NOTHING
    wall: timedelta = _NOTHING

    def __add__(self, other: "ElapsedTime") -> "ElapsedTime":
        return ElapsedTime(self.covered + other.covered, self.wall + other.wall)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A period with constant terms, the reasons for its start and, once it has ended, its covered time."""

    start: datetime
    terms: SlaTerms
    reasons: tuple[str, ...]
    end: datetime | None = None
    counted: timedelta | None = None
    paused: bool = False

    def closed(self, at: datetime) -> "Stretch":
        end = max(at, self.start)
        return replace(self, end=end, counted=self.until(end).covered)

    def until(self, at: datetime) -> ElapsedTime:
        """The elapsed time in this stretch up to an instant."""
        end = max(self.start, at if self.end is None else min(at, self.end))
        if self.end is not None and self.counted is not None and at >= self.end:
            return ElapsedTime(self.counted, end - self.start)
        return ElapsedTime(self._covered(end), end - self.start)

    def exhausted_at(self, left: ElapsedTime) -> datetime | None:
        """When this stretch exhausts the rest of a budget; None if it ends earlier or never exhausts it."""
        used_up = self.start if left.covered <= _NOTHING else self._exhausted_covered(left.covered)
        if used_up is None:
            return None
        moment = max(used_up, self.start + left.wall)
        return moment if self.end is None or moment <= self.end else None

    def intervals(self, at: datetime) -> Iterator[Interval]:
        """Its counted intervals up to an instant."""
        if self.terms.has_agreement and not self.paused:
            yield from covered(self.terms.hours, self.start, at if self.end is None else min(at, self.end))

    def with_terms(self, terms: SlaTerms) -> "Stretch":
        """A stretch without an agreement, counted by the terms of a later one."""
        reasons = (*self.reasons, *self.terms.differences(terms))
        recounted = replace(self, terms=terms, reasons=reasons, end=None, counted=None)
        return recounted if self.end is None else recounted.closed(self.end)

    def _covered(self, end: datetime) -> timedelta:
        return elapsed(self.terms.hours, self.start, end) if self.terms.has_agreement else _NOTHING

    def _exhausted_covered(self, left: timedelta) -> datetime | None:
        if not self.terms.has_agreement or (self.counted is not None and self.counted < left):
            return None
        moment = due(self.terms.hours, self.start, left)
        return moment if moment is None or self.end is None else min(moment, self.end)


@dataclass(frozen=True, slots=True)
class Clock:
    """The stretches of a clock, oldest first, and the merged totals of older ones: counted time and pauses."""

    stretches: tuple[Stretch, ...] = ()
    merged: ElapsedTime = ElapsedTime()
    merged_pauses: ElapsedTime = ElapsedTime()

    @property
    def last(self) -> Stretch | None:
        return self.stretches[-1] if self.stretches else None

    @property
    def start(self) -> datetime | None:
        return self.stretches[0].start if self.stretches else None

    @property
    def is_running(self) -> bool:
        """Whether the clock runs; a pause stops only the resolution."""
        return self.last is not None and self.last.end is None

    @property
    def is_paused(self) -> bool:
        return self.last is not None and self.last.end is None and self.last.paused

    @property
    def has_pauses(self) -> bool:
        return self.merged_pauses != ElapsedTime() or any(each.paused for each in self.stretches)

    @property
    def terms(self) -> SlaTerms:
        return self.last.terms if self.last else SlaTerms()

    @property
    def without_pauses(self) -> "Clock":
        """The clock with all pauses counted."""
        if not self.has_pauses:
            return self
        stretches = tuple(replace(each, paused=False) for each in self.stretches)
        return Clock(stretches, self.merged + self.merged_pauses)

    @property
    def counted_time(self) -> timedelta:
        """The covered time of all closed stretches, pauses included."""
        closed = sum((each.counted or _NOTHING for each in self.stretches), _NOTHING)
        return self.merged.covered + self.merged_pauses.covered + closed

    def running(self, terms: SlaTerms, *, since: datetime, now: datetime) -> "Clock":
        """The running clock under these terms; a new one starts at the detection."""
        clock = self._with_agreement_terms(terms)
        last = clock.last
        if last is None:
            return clock._with(Stretch(since, terms, ("detected",)))
        reasons = tuple(last.terms.differences(terms))
        if last.end is not None:
            return clock._with(Stretch(max(now, last.end), terms, ("reopened", *reasons)))
        if last.terms == terms or last.start >= now:
            return clock._replacing_last(replace(last, terms=terms, reasons=(*last.reasons, *reasons)))
        return clock._with_new_stretch(now, terms, reasons, paused=last.paused)

    def stopped(self, at: datetime) -> "Clock":
        """The clock, stopped at an instant."""
        return self if self.last is None or self.last.end is not None else self._replacing_last(self.last.closed(at))

    def paused(self, now: datetime) -> "Clock":
        return self if self.is_paused else self._with_new_stretch(now, self.terms, ("paused",), paused=True)

    def resumed(self, now: datetime) -> "Clock":
        return self._with_new_stretch(now, self.terms, ("resumed",), paused=False) if self.is_paused else self

    def elapsed_time(self, at: datetime) -> ElapsedTime:
        """The elapsed time up to an instant, without pauses."""
        counted = (each.until(at) for each in self.stretches if each.start <= at and not each.paused)
        return sum(counted, self.merged)

    def elapsed(self, at: datetime) -> timedelta:
        """The covered time up to an instant, without pauses."""
        return self.elapsed_time(at).covered

    def due(self, budget: ElapsedTime) -> datetime | None:
        """When both times of a budget are exhausted, or were in an earlier stretch.

        None while the clock is stopped or paused, or without an agreement.
        """
        if not self.terms.has_agreement:
            return None
        used = self.merged
        for stretch in (each for each in self.stretches if not each.paused):
            left = ElapsedTime(budget.covered - used.covered, max(budget.wall - used.wall, _NOTHING))
            moment = stretch.exhausted_at(left)
            if moment is not None or stretch.end is None:
                return moment
            used += stretch.until(stretch.end)
        return None

    def as_of(self, moment: datetime) -> "Clock":
        """The clock as of an instant, without later stretches."""
        begun = [each for each in self.stretches if each.start <= moment]
        if not begun:
            return self
        return replace(self, stretches=(*begun[:-1], replace(begun[-1], end=None, counted=None)))

    def terms_at(self, moment: datetime) -> SlaTerms:
        """The terms in force at an instant."""
        return self.as_of(moment).terms

    def _with_agreement_terms(self, terms: SlaTerms) -> "Clock":
        """The clock with its stretches without an agreement counted by these terms."""
        if not terms.has_agreement:
            return self
        return replace(
            self,
            stretches=tuple(each if each.terms.has_agreement else each.with_terms(terms) for each in self.stretches),
        )

    def _with_new_stretch(self, now: datetime, terms: SlaTerms, reasons: tuple[str, ...], *, paused: bool) -> "Clock":
        """The clock with a new stretch that starts at the end of the last one."""
        closed = self.stopped(now)
        begin = closed.last.end if closed.last and closed.last.end else now
        return closed._with(Stretch(begin, terms, reasons, paused=paused))

    def _with(self, stretch: Stretch) -> "Clock":
        clock = replace(self, stretches=(*self.stretches, stretch))
        return clock if len(clock.stretches) <= MAX_STRETCHES else clock._merging_oldest()

    def _merging_oldest(self) -> "Clock":
        """The clock with its oldest stretch merged into the totals."""
        oldest, *later = self.stretches
        elapsed_time = oldest.until(oldest.end or oldest.start)
        counted, pauses = (ElapsedTime(), elapsed_time) if oldest.paused else (elapsed_time, ElapsedTime())
        return Clock(tuple(later), self.merged + counted, self.merged_pauses + pauses)

    def _replacing_last(self, stretch: Stretch) -> "Clock":
        return replace(self, stretches=(*self.stretches[:-1], stretch))


def minutes(length: timedelta) -> int:
    """Complete minutes, rounded down."""
    return length // _MINUTE


def allowed(budget: Budget, percent: int = 100) -> ElapsedTime:
    """The time that a budget allows, or a share of it."""
    return ElapsedTime(budget.covered * percent / 100, budget.wall * percent / 100)
