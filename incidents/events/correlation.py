"""SOP 2: whether events require an incident, as a pure function of the events and the criteria.

Events are related if they belong to the same group of a rule, and lie within the rule's window of a given event. A
group requires an incident if one of its events is severe enough, or if enough of them lie within one window. Additional
events only make groups larger, so they never cancel an incident; their order is irrelevant.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.json import dumps
from incidents.events.choices import (
    BY_ATTRIBUTE,
    BY_CLIENT,
    BY_CLIENT_AND_COMPONENT,
    BY_COMPONENT,
    BY_SOURCE,
    DEFAULT_MIN_EVENTS,
    DEFAULT_MINIMUM_SEVERITY,
    DEFAULT_WINDOW_MINUTES,
)

# Attribute values longer than this are replaced by their digest in a key.
MAX_VALUE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class CandidateEvent:
    """The correlated attributes of an event. `given` events were named in the request; `keyed` events have the
    correlation key of the request.
    """

    id: int
    source: str
    detected_at: datetime
    severity_hint: str = ""
    client_id: int | None = None
    component_id: int | None = None
    attributes: dict[str, Any] = field(default_factory=dict, hash=False)
    given: bool = True
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class GroupingRule:
    """This many events of one group within this many minutes require an incident; `origin` names the source of the
    rule.
    """

    group_by: str = BY_CLIENT_AND_COMPONENT
    window_minutes: int = DEFAULT_WINDOW_MINUTES
    min_events: int = DEFAULT_MIN_EVENTS
    origin: str = "the default rule"

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.window_minutes)


@dataclass(frozen=True, slots=True)
class Criteria:
    """The conditions for an incident: any of the rules, or one event of at least this severity.

    `relation` selects the events related to a severe one: the request's rule, or the default.
    """

    rules: tuple[GroupingRule, ...] = (GroupingRule(),)
    relation: GroupingRule = GroupingRule()
    minimum_severity: str = DEFAULT_MINIMUM_SEVERITY
    severity_origin: str = "the default threshold"


@dataclass(frozen=True, slots=True)
class RelatedEvents:
    """Related events, their common key, the reasons for an incident, if any, and the time.

    `met_at` is the detection time of the event that first met the criteria.
    """

    key: str
    events: frozenset[CandidateEvent]
    reasons: tuple[str, ...] = ()
    met_at: datetime | None = None

    @property
    def severity(self) -> str:
        """The highest hint among the events; empty if none has one."""
        return min((event.severity_hint for event in self.events if event.severity_hint), default="")


@dataclass(frozen=True, slots=True)
class CorrelationResult:
    """The disjoint groups that require an incident; otherwise the reasons why none does."""

    calling: tuple[RelatedEvents, ...]
    reasons: tuple[str, ...]

    @property
    def met(self) -> bool:
        return bool(self.calling)


def decide(events: Iterable[CandidateEvent], criteria: Criteria, key: str = "") -> CorrelationResult:
    """Evaluate events by the criteria; `key` is the one stated in the request. SOP 2, steps 2 to 4."""
    known = frozenset(events)
    calling = [group for group in _severe_groups(known, criteria, key) if group.reasons]
    calling += [group for rule in criteria.rules for group in _frequent_groups(known, rule, key) if group.reasons]
    if calling:
        return CorrelationResult(tuple(_merged(calling)), ())
    return CorrelationResult((), _why_not(known, criteria, key))


def key_of(event: CandidateEvent, rule: GroupingRule, key: str = "") -> str:
    """The key under which an event without incident is stored."""
    return (key if event.keyed else "") or group_key(event, rule.group_by) or f"event:{event.id}"


def group_key(event: CandidateEvent, group_by: str) -> str:
    """The group of an event under a grouping, as text; empty if the event lacks an attribute."""
    if group_by == BY_CLIENT_AND_COMPONENT:
        known = event.client_id is not None
        return f"client:{event.client_id}/component:{event.component_id or '-'}" if known else ""
    if group_by.startswith(BY_ATTRIBUTE):
        value = event.attributes.get(group_by.removeprefix(BY_ATTRIBUTE))
        return "" if value is None else f"{group_by}:{_short(value)}"
    value = {BY_CLIENT: event.client_id, BY_COMPONENT: event.component_id, BY_SOURCE: event.source}[group_by]
    return "" if value is None else f"{group_by}:{value}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else dumps(value).decode()
    # The digest distinguishes 1 from "1", and long values from each other.
    if len(text) <= MAX_VALUE_LENGTH and isinstance(value, str):
        return text
    return f"{text[:40]}#{hashlib.sha256(dumps(value)).hexdigest()[:16]}"


def _groups(events: frozenset[CandidateEvent], rule: GroupingRule, key: str) -> Iterator[RelatedEvents]:
    """Every group of a rule with a given event, within its window; keyed events are another group."""
    found: dict[str, set[CandidateEvent]] = {}
    for event in events:
        if name := group_key(event, rule.group_by):
            found.setdefault(name, set()).add(event)
    if key:
        found.setdefault(key, set()).update(event for event in events if event.keyed)
    for name in sorted(found):
        given = [event.detected_at for event in found[name] if event.given]
        near = (each for each in found[name] if any(abs(each.detected_at - at) <= rule.window for at in given))
        if members := frozenset(near):
            yield RelatedEvents(name, members)


def _severe_groups(events: frozenset[CandidateEvent], criteria: Criteria, key: str) -> Iterator[RelatedEvents]:
    """Groups with a sufficiently severe event; a given event without a group forms its own."""
    groups = list(_groups(events, criteria.relation, key))
    related = {event for group in groups for event in group.events}
    alone = sorted((event for event in events - related if event.given), key=lambda event: event.id)
    groups += [RelatedEvents(f"event:{event.id}", frozenset({event})) for event in alone]
    for group in groups:
        enough = [each for each in group.events if "" < each.severity_hint <= criteria.minimum_severity]
        reasons: tuple[str, ...] = ()
        if enough:
            reasons = (
                f"An event has the severity hint {group.severity}; {criteria.minimum_severity} or higher is sufficient "
                f"({criteria.severity_origin}).",
            )
        met_at = min((each.detected_at for each in enough), default=None)
        yield RelatedEvents(group.key, group.events, reasons, met_at)


def _frequent_groups(events: frozenset[CandidateEvent], rule: GroupingRule, key: str) -> Iterator[RelatedEvents]:
    """Groups with enough events within one window."""
    for group in _groups(events, rule, key):
        most = _peak_count(group.events, rule.window)
        reasons: tuple[str, ...] = ()
        if most >= rule.min_events:
            reasons = (
                f"{most} related events within {rule.window_minutes} minutes ({group.key}); {rule.min_events} are "
                f"sufficient ({rule.origin}).",
            )
        yield RelatedEvents(group.key, group.events, reasons, _met_at(group.events, rule))


def _met_at(events: Iterable[CandidateEvent], rule: GroupingRule) -> datetime | None:
    """The detection time of the event that completed the first sufficient window; None if there is none."""
    times = sorted(event.detected_at for event in events)
    enough = rule.min_events - 1
    complete = (at for first, at in zip(times, times[enough:], strict=False) if at - first <= rule.window)
    return next(complete, None)


def _peak_count(events: Iterable[CandidateEvent], window: timedelta) -> int:
    """The largest number of events within one window, both ends inclusive."""
    times = sorted(event.detected_at for event in events)
    first = most = 0
    for last, at in enumerate(times):
        while at - times[first] > window:
            first += 1
        most = max(most, last - first + 1)
    return most


def _merged(groups: Iterable[RelatedEvents]) -> list[RelatedEvents]:
    """Merge groups that share an event."""
    united: list[RelatedEvents] = []
    for group in groups:
        touching = [each for each in united if each.events & group.events]
        united = [each for each in united if each not in touching]
        together = [*touching, group]
        members = frozenset[CandidateEvent]().union(*(each.events for each in together))
        reasons = tuple(dict.fromkeys(reason for each in together for reason in each.reasons))
        met_at = min((each.met_at for each in together if each.met_at is not None), default=None)
        united.append(RelatedEvents(together[0].key, members, reasons, met_at))
    return united


def _why_not(events: frozenset[CandidateEvent], criteria: Criteria, key: str) -> tuple[str, ...]:
    threshold = f"{criteria.minimum_severity} or higher ({criteria.severity_origin})"
    reasons = [f"No event has a severity hint of {threshold}."]
    for rule in criteria.rules:
        most = max((_peak_count(group.events, rule.window) for group in _groups(events, rule, key)), default=0)
        reasons.append(
            f"At most {max(most, 1)} related within {rule.window_minutes} minutes; {rule.min_events} are required "
            f"({rule.origin})."
        )
    return tuple(reasons)
