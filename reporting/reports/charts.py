"""Charts as SVG: pure functions from a block to a self-contained image, with a title and a description."""

from collections.abc import Iterable
from html import escape
from math import ceil

from reporting.reports.document import BarChart, LineChart, Series
from reporting.reports.values import in_words, number

WIDTH = 640
INK, SOFT, RULE = "#1b2a3d", "#5d6b7c", "#dbe1e8"
COLOURS = ("#1f5fa8", "#8fb8de", "#c9772b", "#6b7f3f")
# With more labels than this, bars are vertical.
MAX_ROWS = 6
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 34, 30
PLOT = 150
# Scale maxima with even quarters: minutes, hours and days; integers for everything else.
STEPS: dict[str, tuple[float, ...]] = {
    "min": (4, 20, 40, 60, 120, 240, 480, 960, 1_440, 2_880, 5_760, 11_520, 23_040, 40_320),
    "": (4, 8, 12, 20, 40),
}
# Coordinates are rounded to tenths, so that the output is identical on every machine.
CHARACTER = 5.9


def bar_chart(chart: BarChart, ident: str) -> str:
    """Bars: horizontal for few labels, vertical for many."""
    if not any(value for series in chart.series for value in series.values):
        return nothing(chart.title, ident)
    draw = _columns if len(chart.labels) > MAX_ROWS else _rows
    body, height = draw(chart)
    return svg(chart.title, described(chart), body, height, ident)


def line_chart(chart: LineChart, ident: str) -> str:
    """Lines over equal steps; unknown values are skipped."""
    if not any(value is not None for series in chart.series for value in series.values):
        return nothing(chart.title, ident)
    top = _top(chart.series, chart.unit)
    slot = (WIDTH - LEFT - RIGHT) / len(chart.labels)
    body = [*_grid(top, chart.unit), *_below(chart.labels), *_legend(chart.series)]
    for series, colour in zip(chart.series, COLOURS, strict=False):
        points = [(LEFT + slot * (index + 0.5), _level(value, top)) for index, value in _known(series)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    return svg(chart.title, described(chart), body, TOP + PLOT + BOTTOM, ident)


def svg(title: str, description: str, body: Iterable[str], height: float, ident: str) -> str:
    """An image with an accessible title and description."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-labelledby="{ident}-title {ident}-desc" font-family="{FONTS}" font-size="10.5">'
        f'<title id="{ident}-title">{escape(title)}</title><desc id="{ident}-desc">{escape(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


FONTS = "Helvetica Neue, Arial, Liberation Sans, DejaVu Sans, sans-serif"


def text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">'
        f"{escape(words)}</text>"
    )


def nothing(title: str, ident: str) -> str:
    """The image of a chart without values."""
    body = [text(0, 16, "No data.", colour=SOFT)]
    return svg(title, "No data.", body, 24, ident)


def described(chart: BarChart | LineChart) -> str:
    """All values of a chart in one sentence, for screen readers."""
    narrative = [
        f"{label}, {series.name}: {valued(value, chart.unit)}"
        for series in chart.series
        for label, value in zip(chart.labels, series.values, strict=True)
    ]
    return "; ".join(narrative) + "."


def valued(value: float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    return in_words(value) if unit == "min" else number(value)


def _rows(chart: BarChart) -> tuple[list[str], float]:
    """Horizontal bars: a group for each label."""
    top, thick, left = _largest(chart.series), 15, 150
    group = thick * len(chart.series) + 12
    body = _legend(chart.series)
    for index, label in enumerate(chart.labels):
        y = TOP + group * index
        body.append(text(left - 10, y + group / 2 - 1, label, anchor="end"))
        for rank, (series, colour) in enumerate(zip(chart.series, COLOURS, strict=False)):
            value = series.values[index]
            width = (value or 0) / top * (WIDTH - left - 110)
            bar_y = y + thick * rank
            body.append(f'<rect x="{left}" y="{bar_y}" width="{width:.1f}" height="{thick - 3}" fill="{colour}"/>')
            body.append(text(left + width + 6, bar_y + 10, valued(value, chart.unit), colour=SOFT))
    return body, TOP + group * len(chart.labels)


def _columns(chart: BarChart) -> tuple[list[str], float]:
    """Vertical bars: a group for each label."""
    top = _top(chart.series, chart.unit)
    slot = (WIDTH - LEFT - RIGHT) / len(chart.labels)
    thick = slot * 0.7 / len(chart.series)
    body = [*_grid(top, chart.unit), *_below(chart.labels), *_legend(chart.series)]
    for rank, (series, colour) in enumerate(zip(chart.series, COLOURS, strict=False)):
        for index, value in _known(series):
            x, y = LEFT + slot * (index + 0.15) + thick * rank, _level(value, top)
            height = TOP + PLOT - y
            body.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{thick:.1f}" height="{height:.1f}" fill="{colour}"/>')
    return body, TOP + PLOT + BOTTOM


def _known(series: Series) -> list[tuple[int, float]]:
    return [(index, value) for index, value in enumerate(series.values) if value is not None]


def _largest(series: Iterable[Series]) -> float:
    return max((value for each in series for value in each.values if value is not None), default=0.0)


def _top(series: Iterable[Series], unit: str) -> float:
    """The scale maximum: the first round number above all values."""
    largest, size = _largest(series), 1.0
    while True:
        for step in STEPS[unit]:
            if step * size >= largest:
                return step * size
        size *= 10


def _level(value: float, top: float) -> float:
    return TOP + PLOT * (1 - value / top)


def _grid(top: float, unit: str) -> list[str]:
    lines: list[str] = []
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _level(top * part, top)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{RULE}"/>')
        lines.append(text(LEFT - 6, y + 3.5, _scaled(top * part, unit), anchor="end", colour=SOFT))
    return lines


def _scaled(value: float, unit: str) -> str:
    """A label of the scale: minutes in the largest suitable unit."""
    for size, name in ((1_440, "d"), (60, "h")) if unit == "min" else ():
        if value >= size:
            return f"{number(value / size)} {name}"
    return f"{number(value)} min" if unit == "min" and value else number(value)


def _below(labels: tuple[str, ...]) -> list[str]:
    """Labels centred below their part of the plot, as many as fit."""
    slot = (WIDTH - LEFT - RIGHT) / len(labels)
    every = ceil((max(len(label) for label in labels) * CHARACTER + 8) / slot)
    return [
        text(LEFT + slot * (index + 0.5), TOP + PLOT + 16, label, anchor="middle", colour=SOFT)
        for index, label in enumerate(labels)
        if index % every == 0
    ]


def _legend(series: tuple[Series, ...]) -> list[str]:
    """The legend of colours; omitted for a single series."""
    parts: list[str] = []
    x = 0.0
    for each, colour in zip(series, COLOURS, strict=False) if len(series) > 1 else ():
        parts.append(f'<rect x="{x:.1f}" y="6" width="10" height="10" rx="2" fill="{colour}"/>')
        parts.append(text(x + 15, 15, each.name, colour=SOFT))
        x += 15 + len(each.name) * CHARACTER + 22
    return parts
