"""The timeline of an incident as an image: true to scale, with labelled milestones and marks for other events."""

from dataclasses import dataclass
from datetime import datetime

from reporting.reports.charts import CHARACTER, COLOURS, INK, RULE, SOFT, WIDTH, nothing, svg, text
from reporting.reports.document import Timeline, TimelineEvent, ValueKind
from reporting.reports.values import shown

MARGIN, LANE, STEM = 8.0, 28.0, 16.0


@dataclass(frozen=True, slots=True)
class PlacedMilestone:
    """A milestone with the lane and start of its label."""

    event: TimelineEvent
    x: float
    left: float
    lane: int


def timeline_chart(timeline: Timeline, ident: str) -> str:
    """Labels of milestones are placed in lanes above the line so that they do not overlap."""
    if not timeline.events:
        return nothing(timeline.title, ident)
    scale = _scale(timeline.events)
    placed = _place([event for event in timeline.events if event.milestone], scale)
    lanes = 1 + max((each.lane for each in placed), default=0)
    line = lanes * LANE + STEM
    body = [f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{line}" y2="{line}" stroke="{RULE}" stroke-width="4"/>']
    for event in timeline.events:
        if not event.milestone:
            x = scale[event.at]
            body.append(f'<circle cx="{x:.1f}" cy="{line}" r="3" fill="{COLOURS[2]}"/>')
    for each in placed:
        body += _milestone(each, line, lanes)
    first, last = timeline.events[0].at, timeline.events[-1].at
    body.append(text(MARGIN, line + 20, shown(first, ValueKind.TIME), colour=SOFT))
    body.append(text(WIDTH - MARGIN, line + 20, shown(last, ValueKind.TIME), anchor="end", colour=SOFT))
    narrative = "; ".join(f"{event.label} {shown(event.at, ValueKind.TIME)}" for event in timeline.events)
    return svg(timeline.title, f"{narrative}.", body, line + 28, ident)


def _scale(events: tuple[TimelineEvent, ...]) -> dict[str, float]:
    """The position of each time; centred if all times are equal."""
    moments = {event.at: datetime.fromisoformat(event.at).timestamp() for event in events}
    start, end = min(moments.values()), max(moments.values())
    room = WIDTH - 4 * MARGIN
    if end == start:
        return dict.fromkeys(moments, WIDTH / 2)
    return {at: 2 * MARGIN + room * (moment - start) / (end - start) for at, moment in moments.items()}


def _place(milestones: list[TimelineEvent], scale: dict[str, float]) -> list[PlacedMilestone]:
    """Each label is placed in the first free lane."""
    ends: list[float] = []
    placed = []
    for event in milestones:
        width = (len(event.label) + 1) * CHARACTER
        left = min(max(scale[event.at] - width / 2, 0.0), WIDTH - width)
        lane = next((index for index, end in enumerate(ends) if end <= left), len(ends))
        ends[lane : lane + 1] = [left + width + 6]
        placed.append(PlacedMilestone(event, scale[event.at], left, lane))
    return placed


def _milestone(each: PlacedMilestone, line: float, lanes: int) -> list[str]:
    name_y = (lanes - each.lane) * LANE - 10
    width = (len(each.event.label) + 1) * CHARACTER
    return [
        f'<line x1="{each.x:.1f}" x2="{each.x:.1f}" y1="{name_y + 4}" y2="{line}" stroke="{COLOURS[1]}"/>',
        f'<circle cx="{each.x:.1f}" cy="{line}" r="5" fill="{COLOURS[0]}"/>',
        text(each.left + width / 2, name_y, each.event.label, anchor="middle", colour=INK, weight="bold"),
    ]
