"""An incident's clock as data: stretches of time, each under its own terms. Pure: no database, no present time.

The clock starts when the incident is detected, stops while it is resolved and runs again from a reopening. When the
terms change, the stretch so far is closed with the time it covered, and that time is kept. A stretch without any
promise is counted, when one comes, by the terms that then hold. A paused stretch does not count for the resolution;
`whole` is the same clock with all pauses counted: the response runs by it, and it tells what pauses changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clients.budgets import Budget
from clients.clocks import Interval, covered, due, elapsed
from incidents.service_levels.terms import SlaTerms

# So many stretches are kept one by one; of older ones only the time that they counted.
MAX_STRETCHES = 50
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Spent:
    """Time that passed on a clock: covered time, and time on the wall."""

    covered: timedelta = _NOTHING
    wall: timedelta = _NOTHING

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.covered + other.covered, self.wall + other.wall)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time under one set of terms, why it began, and, once it is over, the covered time in it."""

    start: datetime
    terms: SlaTerms
    reasons: tuple[str, ...]
    end: datetime | None = None
    counted: timedelta | None = None
    paused: bool = False

    def closed(self, at: datetime) -> "Stretch":
        end = max(at, self.start)
        return replace(self, end=end, counted=self.until(end).covered)

    def until(self, at: datetime) -> Spent:
        """What passed in this stretch up to an instant."""
        end = max(self.start, at if self.end is None else min(at, self.end))
        if self.end is not None and self.counted is not None and at >= self.end:
            return Spent(self.counted, end - self.start)
        return Spent(self._covered(end), end - self.start)

    def exhausted_at(self, left: Spent) -> datetime | None:
        """When this stretch has used up what is left of a budget; None where it ends before, or never does."""
        used_up = self.start if left.covered <= _NOTHING else self._used_up(left.covered)
        if used_up is None:
            return None
        moment = max(used_up, self.start + left.wall)
        return moment if self.end is None or moment <= self.end else None

    def intervals(self, at: datetime) -> Iterator[Interval]:
        """What was counted in it, up to an instant."""
        if self.terms.has_agreement and not self.paused:
            yield from covered(self.terms.hours, self.start, at if self.end is None else min(at, self.end))

    def with_terms(self, terms: SlaTerms) -> "Stretch":
        """A stretch without a promise, counted by the terms of the one that came."""
        reasons = (*self.reasons, *self.terms.differences(terms))
        has_agreement = replace(self, terms=terms, reasons=reasons, end=None, counted=None)
        return has_agreement if self.end is None else has_agreement.closed(self.end)

    def _covered(self, end: datetime) -> timedelta:
        return elapsed(self.terms.hours, self.start, end) if self.terms.has_agreement else _NOTHING

    def _used_up(self, left: timedelta) -> datetime | None:
        if not self.terms.has_agreement or (self.counted is not None and self.counted < left):
            return None
        moment = due(self.terms.hours, self.start, left)
        return moment if moment is None or self.end is None else min(moment, self.end)


@dataclass(frozen=True, slots=True)
class Clock:
    """The stretches of a clock, oldest first, and what older ones counted: all together, and in pauses."""

    stretches: tuple[Stretch, ...] = ()
    folded: Spent = Spent()
    folded_pauses: Spent = Spent()

    @property
    def last(self) -> Stretch | None:
        return self.stretches[-1] if self.stretches else None

    @property
    def start(self) -> datetime | None:
        return self.stretches[0].start if self.stretches else None

    @property
    def is_running(self) -> bool:
        """Whether the incident is worked on; a pause stops the resolution alone."""
        return self.last is not None and self.last.end is None

    @property
    def is_paused(self) -> bool:
        return self.last is not None and self.last.end is None and self.last.paused

    @property
    def has_pauses(self) -> bool:
        return self.folded_pauses != Spent() or any(each.paused for each in self.stretches)

    @property
    def terms(self) -> SlaTerms:
        return self.last.terms if self.last else SlaTerms()

    @property
    def whole(self) -> "Clock":
        """The clock as if nothing had been paused."""
        if not self.has_pauses:
            return self
        stretches = tuple(replace(each, paused=False) for each in self.stretches)
        return Clock(stretches, self.folded + self.folded_pauses)

    @property
    def counted_time(self) -> timedelta:
        """The covered time of all closed stretches, pauses included."""
        closed = sum((each.counted or _NOTHING for each in self.stretches), _NOTHING)
        return self.folded.covered + self.folded_pauses.covered + closed

    def running(self, terms: SlaTerms, *, since: datetime, now: datetime) -> "Clock":
        """The clock as it runs under these terms; a new one runs since the detection."""
        clock = self._promised(terms)
        last = clock.last
        if last is None:
            return clock._with(Stretch(since, terms, ("detected",)))
        reasons = tuple(last.terms.differences(terms))
        if last.end is not None:
            return clock._with(Stretch(max(now, last.end), terms, ("reopened", *reasons)))
        if last.terms == terms or last.start >= now:
            return clock._replacing(replace(last, terms=terms, reasons=(*last.reasons, *reasons)))
        return clock._with_new_stretch(now, terms, reasons, paused=last.paused)

    def stopped(self, at: datetime) -> "Clock":
        """The clock as it stands still from an instant on."""
        return self if self.last is None or self.last.end is not None else self._replacing(self.last.closed(at))

    def paused(self, now: datetime) -> "Clock":
        return self if self.is_paused else self._with_new_stretch(now, self.terms, ("paused",), paused=True)

    def resumed(self, now: datetime) -> "Clock":
        return self._with_new_stretch(now, self.terms, ("resumed",), paused=False) if self.is_paused else self

    def spent(self, at: datetime) -> Spent:
        """What passed up to an instant, pauses aside."""
        counted = (each.until(at) for each in self.stretches if each.start <= at and not each.paused)
        return sum(counted, self.folded)

    def elapsed(self, at: datetime) -> timedelta:
        """The covered time up to an instant, pauses aside."""
        return self.spent(at).covered

    def due(self, budget: Spent) -> datetime | None:
        """When both times of a budget are used up: as the clock now runs, or when they were in an earlier stretch.

        None while it stands still, or nothing is promised.
        """
        if not self.terms.has_agreement:
            return None
        used = self.folded
        for stretch in (each for each in self.stretches if not each.paused):
            left = Spent(budget.covered - used.covered, max(budget.wall - used.wall, _NOTHING))
            moment = stretch.exhausted_at(left)
            if moment is not None or stretch.end is None:
                return moment
            used += stretch.until(stretch.end)
        return None

    def as_of(self, moment: datetime) -> "Clock":
        """The clock as it ran at an instant, knowing nothing of what came later."""
        begun = [each for each in self.stretches if each.start <= moment]
        if not begun:
            return self
        return replace(self, stretches=(*begun[:-1], replace(begun[-1], end=None, counted=None)))

    def terms_at(self, moment: datetime) -> SlaTerms:
        """The terms that held at an instant."""
        return self.as_of(moment).terms

    def _promised(self, terms: SlaTerms) -> "Clock":
        """The clock with what no promise counted so far, counted by these terms."""
        if not terms.has_agreement:
            return self
        return replace(
            self,
            stretches=tuple(each if each.terms.has_agreement else each.with_terms(terms) for each in self.stretches),
        )

    def _with_new_stretch(self, now: datetime, terms: SlaTerms, reasons: tuple[str, ...], *, paused: bool) -> "Clock":
        """The clock in a new stretch, which begins where the last one ends."""
        closed = self.stopped(now)
        begin = closed.last.end if closed.last and closed.last.end else now
        return closed._with(Stretch(begin, terms, reasons, paused=paused))

    def _with(self, stretch: Stretch) -> "Clock":
        clock = replace(self, stretches=(*self.stretches, stretch))
        return clock if len(clock.stretches) <= MAX_STRETCHES else clock._without_oldest()

    def _without_oldest(self) -> "Clock":
        """The clock with its oldest stretch folded into what older ones counted."""
        oldest, *later = self.stretches
        spent = oldest.until(oldest.end or oldest.start)
        counted, pauses = (Spent(), spent) if oldest.paused else (spent, Spent())
        return Clock(tuple(later), self.folded + counted, self.folded_pauses + pauses)

    def _replacing(self, stretch: Stretch) -> "Clock":
        return replace(self, stretches=(*self.stretches[:-1], stretch))


def minutes(length: timedelta) -> int:
    """Whole minutes; a part of one has not passed yet."""
    return length // _MINUTE


def allowed(budget: Budget, percent: int = 100) -> Spent:
    """The time that a budget allows, or a share of it."""
    return Spent(budget.covered * percent / 100, budget.wall * percent / 100)
