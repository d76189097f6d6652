"""The content model of a report: plain values, stored as JSON and rendered in all formats.

A section declares its readers; sections for others are removed before rendering.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

SCHEMA = 1

Scalar = str | int | float | bool | None


class Reader(StrEnum):
    """The readers of a section. Contacts of another affected client see nothing about the incident's own client."""

    STAFF = "staff"
    CLIENT = "client"
    AFFECTED = "affected"


class ValueKind(StrEnum):
    """How a value is rendered; the stored value is plain."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    TIME = "time"
    MINUTES = "minutes"
    WORD = "word"
    DIGEST = "digest"


class Tone(StrEnum):
    """Whether a figure is positive or negative."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


INSIDE = (Reader.STAFF,)
OUTSIDE = (Reader.CLIENT, Reader.AFFECTED)
OWNER = (Reader.STAFF, Reader.CLIENT)
EVERYONE = (Reader.STAFF, Reader.CLIENT, Reader.AFFECTED)


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure with its meaning."""

    label: str
    value: Scalar
    kind: ValueKind = ValueKind.TEXT
    note: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class KeyFigures:
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: ValueKind = ValueKind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with named columns; `empty` is the text without rows."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    caption: str = ""
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one line or one colour of bars, one for each label of its chart."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LineChart:
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event; milestones are highlighted in the image."""

    at: str
    label: str
    milestone: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events in order: an image and a list."""

    title: str
    events: tuple[TimelineEvent, ...]


Block = Paragraph | KeyFigures | Table | BarChart | LineChart | Timeline


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    blocks: tuple[Block, ...]
    readers: tuple[Reader, ...] = EVERYONE


@dataclass(frozen=True, slots=True)
class Document:
    """A complete report. `author` requested it; `partial` means that sections were removed for the reader."""

    report_type: str
    title: str
    subtitle: str
    reference: str
    generated_at: str
    author: str
    author_role: str
    sections: tuple[Section, ...]
    partial: bool = False
    digest: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The document as plain JSON values for storage, without the digest, which is computed from it."""
        plain = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in UNSTORED}
        return {**plain, "schema": SCHEMA, "sections": [_section_as_dict(each) for each in self.sections]}

    def for_reader(self, reader: Reader) -> "Document":
        """The sections for this reader; external readers see people only by their roles."""
        kept = tuple(each for each in self.sections if reader in each.readers)
        if reader == Reader.STAFF:
            return replace(self, sections=kept)
        return replace(self, sections=kept, author="", partial=True, digest="")


UNSTORED = frozenset({"digest", "partial", "sections"})
BLOCKS: dict[str, Any] = {
    "paragraph": Paragraph,
    "key_figures": KeyFigures,
    "table": Table,
    "bar_chart": BarChart,
    "line_chart": LineChart,
    "timeline": Timeline,
}
NAMES = {kind: name for name, kind in BLOCKS.items()}


def is_document(content: Mapping[str, Any]) -> bool:
    """Whether a report's stored content is such a document; automatic postmortems and imported reports have none."""
    return content.get("schema") == SCHEMA and "sections" in content


def read_document(content: Mapping[str, Any], *, digest: str = "") -> Document:
    """Parse a stored document."""
    plain = {each.name: content[each.name] for each in fields(Document) if each.name not in UNSTORED}
    return Document(**plain, sections=tuple(_section(each) for each in content["sections"]), digest=digest)


def _section_as_dict(section: Section) -> dict[str, Any]:
    blocks = [{"block": NAMES[type(block)], **_plain(asdict(block))} for block in section.blocks]
    return {"title": section.title, "readers": [str(each) for each in section.readers], "blocks": blocks}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, StrEnum) else value


def _section(stored: Mapping[str, Any]) -> Section:
    blocks = tuple(_block(each) for each in stored["blocks"])
    return Section(stored["title"], blocks, tuple(Reader(each) for each in stored["readers"]))


def _block(stored: Mapping[str, Any]) -> Block:
    kind = BLOCKS[stored["block"]]
    values = {name: READERS.get(name, _as_is)(value) for name, value in stored.items() if name != "block"}
    block: Block = kind(**values)
    return block


def _as_is(value: Any) -> Any:
    return value


# How parts of a block that are not plain values are parsed.
READERS: dict[str, Any] = {
    "figures": lambda stored: tuple(
        Figure(**{**each, "kind": ValueKind(each["kind"]), "tone": Tone(each["tone"])}) for each in stored
    ),
    "columns": lambda stored: tuple(Column(each["title"], ValueKind(each["kind"])) for each in stored),
    "rows": lambda stored: tuple(tuple(row) for row in stored),
    "labels": tuple,
    "series": lambda stored: tuple(Series(each["name"], tuple(each["values"])) for each in stored),
    "events": lambda stored: tuple(TimelineEvent(**each) for each in stored),
}
