"""A report as a self-contained HTML page: styles and charts are inline, all text is escaped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from reporting.reports.charts import bar_chart, line_chart
from reporting.reports.document import (
    BarChart,
    Document,
    KeyFigures,
    LineChart,
    Paragraph,
    Section,
    Table,
    Timeline,
)
from reporting.reports.phrases import ending, made
from reporting.reports.timeline_chart import timeline_chart

PAGE = "reporting/report.html"
TEMPLATES: dict[type, str] = {
    Paragraph: "reporting/blocks/paragraph.html",
    KeyFigures: "reporting/blocks/key_figures.html",
    Table: "reporting/blocks/table.html",
    BarChart: "reporting/blocks/chart.html",
    LineChart: "reporting/blocks/chart.html",
    Timeline: "reporting/blocks/timeline.html",
}
# Renderers of blocks as SVG, called with the block and an id that is unique on the page.
DRAWINGS: dict[type, Callable[[Any, str], str]] = {
    BarChart: bar_chart,
    LineChart: line_chart,
    Timeline: timeline_chart,
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A block with its template and, for charts, its SVG image."""

    content: Any
    template: str
    drawing: SafeString


def as_html(document: Document) -> bytes:
    """The page, in UTF-8."""
    sections = [_section(section, index) for index, section in enumerate(document.sections, 1)]
    values = {"document": document, "sections": sections, "made": made(document), "ending": ending(document)}
    return render_to_string(PAGE, values).encode()


def _section(section: Section, index: int) -> dict[str, Any]:
    blocks = [_block(block, f"s{index}b{number}") for number, block in enumerate(section.blocks, 1)]
    return {"title": section.title, "blocks": blocks}


def _block(block: Any, ident: str) -> Rendered:
    kind = type(block)
    drawing = DRAWINGS[kind](block, ident) if kind in DRAWINGS else ""
    return Rendered(block, TEMPLATES[kind], mark_safe(drawing))  # noqa: S308 - the charts escape their texts
