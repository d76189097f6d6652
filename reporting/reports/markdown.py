"""A report as Markdown (with tables); every value is escaped."""

import re
from collections.abc import Callable
from typing import Any

from reporting.reports.charts import valued
from reporting.reports.document import BarChart, Document, KeyFigures, LineChart, Paragraph, Table, Timeline, ValueKind
from reporting.reports.phrases import ending, made
from reporting.reports.values import shown

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
# Characters that start a list or a heading at the beginning of a line. A number is escaped only where it would start a
# list: "13.3 %" is not a list.
MARKER = re.compile(r"^(\s*)(?:(?=[-+=])|(\d+)(?=[.)](?:\s|$)))", re.MULTILINE)


def as_markdown(document: Document) -> bytes:
    """The text, in UTF-8."""
    head = [
        f"# {text(document.title)}: {text(document.reference)}",
        text(document.subtitle),
        f"*{text(made(document))}*",
    ]
    parts = [
        part for section in document.sections for part in (f"## {text(section.title)}", *map(_block, section.blocks))
    ]
    return ("\n\n".join([*head, *parts, "---", text(ending(document))]) + "\n").encode()


def text(value: str) -> str:
    """Escape text for Markdown."""
    return MARKER.sub(lambda found: f"{found[1]}{found[2] or ''}\\", SPECIAL.sub(r"\\\1", value.replace("\r", "")))


def cell(value: str) -> str:
    """Escape text for one table cell, on one line."""
    return " ".join(text(value).split()) or " "


def _block(block: Any) -> str:
    return BLOCKS[type(block)](block)


def _rows(titles: list[str], rows: list[list[str]], caption: str = "") -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    drawn = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"*{text(caption)}*\n\n{drawn}" if caption else drawn


def _figures(block: KeyFigures) -> str:
    rows = [[cell(each.label), cell(shown(each.value, each.kind)), cell(each.note)] for each in block.figures]
    return _rows(["Figure", "Value", "Note"], rows)


def _table(block: Table) -> str:
    if not block.rows:
        return text(block.empty)
    kinds = [column.kind for column in block.columns]
    rows = [[cell(shown(value, kind)) for value, kind in zip(row, kinds, strict=True)] for row in block.rows]
    return _rows([cell(column.title) for column in block.columns], rows, block.caption)


def _chart(block: BarChart | LineChart) -> str:
    """The values of a chart as text."""
    values = zip(*(series.values for series in block.series), strict=True)
    rows = [
        [cell(label), *(cell(valued(value, block.unit)) for value in row)]
        for label, row in zip(block.labels, values, strict=True)
    ]
    if not rows:
        return f"*{text(block.title)}*\n\nNo data."
    return _rows([" ", *(cell(series.name) for series in block.series)], rows, block.title)


def _timeline(block: Timeline) -> str:
    rows = [[cell(shown(event.at, ValueKind.TIME)), cell(event.label)] for event in block.events]
    return _rows(["Time", "Event"], rows, block.title) if rows else text("No data.")


def _paragraph(block: Paragraph) -> str:
    return text(block.text)


BLOCKS: dict[Any, Callable[[Any], str]] = {
    Paragraph: _paragraph,
    KeyFigures: _figures,
    Table: _table,
    BarChart: _chart,
    LineChart: _chart,
    Timeline: _timeline,
}
