"""A report as one HTML page that refers to nothing outside itself: styles and pictures are in it, all text escaped."""

from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from reporting.reports.charts import bar_chart, line_chart
from reporting.reports.document import (
    BarChart,
    Document,
    Figure,
    KeyFigures,
    LineChart,
    Paragraph,
    Section,
    Table,
    Timeline,
    ValueKind,
)
from reporting.reports.phrases import ending, made
from reporting.reports.timeline_picture import timeline_picture
from reporting.reports.values import shown

STYLES = Path(__file__).with_name("report.css")


def as_html(document: Document) -> bytes:
    """The page, in UTF-8."""
    title = escape(f"{document.title} {document.reference}")
    sections = "\n".join(_section(section, index) for index, section in enumerate(document.sections, 1))
    page = f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_styles()}</style></head>
<body>
<header><p class="reference">{escape(document.reference)}</p><h1>{escape(document.title)}</h1>
<p class="subtitle">{escape(document.subtitle)}</p><p class="made">{escape(made(document))}</p></header>
<main>
{sections}
</main>
<footer>{escape(ending(document))}</footer>
</body></html>
"""
    return page.encode()


@cache
def _styles() -> str:
    return STYLES.read_text(encoding="utf-8")


def _section(section: Section, index: int) -> str:
    blocks = "\n".join(_block(block, f"s{index}b{number}") for number, block in enumerate(section.blocks, 1))
    return f"<section><h2>{escape(section.title)}</h2>\n{blocks}</section>"


def _block(block: Any, ident: str) -> str:
    return BLOCKS[type(block)](block, ident)


def _paragraph(block: Paragraph, ident: str) -> str:
    return f"<p>{escape(block.text)}</p>"


def _figures(block: KeyFigures, ident: str) -> str:
    return f'<dl class="figures">{"".join(map(_figure, block.figures))}</dl>'


def _figure(figure: Figure) -> str:
    note = f'<span class="note">{escape(figure.note)}</span>' if figure.note else ""
    value = escape(shown(figure.value, figure.kind))
    return f'<div class="figure {figure.tone}"><dt>{escape(figure.label)}</dt><dd>{value}{note}</dd></div>'


def _table(block: Table, ident: str) -> str:
    if not block.rows:
        return f'<p class="empty">{escape(block.empty)}</p>'
    caption = f"<caption>{escape(block.caption)}</caption>" if block.caption else ""
    kinds = [column.kind for column in block.columns]
    head = "".join(f'<th scope="col" class="{column.kind}">{escape(column.title)}</th>' for column in block.columns)
    rows = "".join(f"<tr>{''.join(map(_cell, row, kinds))}</tr>" for row in block.rows)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: Any, kind: ValueKind) -> str:
    return f'<td class="{kind}">{escape(shown(value, kind))}</td>'


def _picture(title: str, drawn: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{drawn}</figure>"


def _bars(block: BarChart, ident: str) -> str:
    return _picture(block.title, bar_chart(block, ident))


def _lines(block: LineChart, ident: str) -> str:
    return _picture(block.title, line_chart(block, ident))


def _timeline(block: Timeline, ident: str) -> str:
    rows = "".join(
        f'<tr><td class="time">{escape(shown(event.at, ValueKind.TIME))}</td><td>{escape(event.label)}</td></tr>'
        for event in block.events
    )
    listed = f'<table class="course"><tbody>{rows}</tbody></table>'
    return f"{_picture(block.title, timeline_picture(block, ident))}{listed}"


BLOCKS: dict[Any, Callable[[Any, str], str]] = {
    Paragraph: _paragraph,
    KeyFigures: _figures,
    Table: _table,
    BarChart: _bars,
    LineChart: _lines,
    Timeline: _timeline,
}
