"""The analytics' figures in plain Python over lists of incidents, for comparison with the database."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import fmean

SETTLED = ("resolved", "closed")


def begin(moment, interval):
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if interval == "day":
        return day
    return day.replace(day=1) if interval == "month" else day - timedelta(days=day.weekday())


def intervals(start, end, interval):
    """Walk day by day; a new interval begins wherever the day's own beginning differs."""
    firsts, day = [], begin(start, "day")
    while day < end:
        first = begin(day, interval)
        if first not in firsts:
            firsts.append(first)
        day += timedelta(days=1)
    edges = [max(first, start) for first in firsts] + [end]
    return list(pairwise(edges))


def percentile(values, share):
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def spans(incidents, earlier, later, start, end):
    pairs = [(getattr(each, earlier), getattr(each, later)) for each in incidents]
    known = [(a, b) for a, b in pairs if a and b and a <= b and start <= b < end]
    return [(b - a) / timedelta(minutes=1) for a, b in known]


def duration(values):
    if not values:
        return {"incidents": 0, "mean": None, "median": None, "p90": None}
    return {
        "incidents": len(values),
        "mean": fmean(values),
        "median": percentile(values, 0.5),
        "p90": percentile(values, 0.9),
    }


def left(incident):
    if incident.status not in SETTLED:
        return None
    said = incident.resolved_at or incident.closed_at or incident.detected_at
    return max(said, incident.detected_at)


def figures(incidents, start, end):
    settled = [each for each in incidents if each.status in SETTLED]
    resolved = [each for each in settled if start <= left(each) < end]
    breached = sum(each.sla_breach for each in resolved)
    unpaused = sum(each.sla_breach or each.kept_by_pauses for each in resolved)
    return {
        "mttd": duration(spans(incidents, "occurred_at", "detected_at", start, end)),
        "mtta": duration(spans(incidents, "detected_at", "acknowledged_at", start, end)),
        "mttr": duration(spans(settled, "detected_at", "resolved_at", start, end)),
        "sla_breach_rate": {
            "resolved": len(resolved),
            "breached": breached,
            "percent": 100 * breached / len(resolved) if resolved else None,
            "breached_without_pauses": unpaused,
            "percent_without_pauses": 100 * unpaused / len(resolved) if resolved else None,
        },
        "opened": sum(start <= each.detected_at < end for each in incidents),
        "resolved": len(resolved),
        "closed": sum(
            each.status == "closed" and each.closed_at is not None and start <= each.closed_at < end
            for each in incidents
        ),
        "backlog": sum(each.detected_at < end and (left(each) is None or left(each) >= end) for each in incidents),
    }


def key_of(incident, group_by):
    if group_by == "product":
        return incident.component.product_id if incident.component else None
    return {"client": incident.client_id, "severity": incident.severity, "category": incident.category, None: None}[
        group_by
    ]


def grouped(incidents, group_by):
    found = defaultdict(list)
    for each in incidents:
        found[key_of(each, group_by)].append(each)
    return found


def concerned(incident, start, end):
    """Whether an incident shows in any figure of a stretch, or waited when it began."""
    shown, before = figures([incident], start, end), figures([incident], start, start)
    measured = any(shown[name]["incidents"] for name in ("mttd", "mtta", "mttr"))
    return measured or any((shown["opened"], shown["resolved"], shown["closed"], before["backlog"]))


def failures(incidents, start, end, subject):
    seen = [each for each in incidents if each.component and start <= each.detected_at < end]
    counts = Counter(subject(each) for each in seen)
    result = {}
    for key, number in counts.items():
        if number > 1:
            times = sorted(each.detected_at for each in seen if subject(each) == key)
            gaps = [(b - a) / timedelta(minutes=1) for a, b in pairwise(times)]
            result[key] = (number, fmean(gaps))
    return result
