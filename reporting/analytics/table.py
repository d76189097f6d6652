"""The answer as one table: a line for each interval, each whole stretch, and for whatever failed."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from rest_framework.renderers import BaseRenderer

from core.renderers import dumps
from reporting.analytics.choices import DURATIONS, VOLUMES

# What spreadsheets would run as a formula when it begins a text.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
COUNTED = {
    **dict.fromkeys(DURATIONS, ("incidents", "mean", "median", "p90")),
    "sla_breach_rate": ("resolved", "breached", "percent"),
}
COLUMNS = (
    "line",
    "key",
    "label",
    "start",
    "end",
    *VOLUMES,
    "backlog",
    *(f"{figure}_{part}" for figure, parts in COUNTED.items() for part in parts),
    "mtbf_incidents",
    "mtbf",
)


class TableRenderer(BaseRenderer):
    """A table as it is; a refusal as the problem document that it is."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data.encode() if isinstance(data, str) else dumps(data)


def table_of(answer: dict[str, Any]) -> str:
    """The lines of an answer in CSV (RFC 4180). Cells that do not apply to a line are empty."""
    written = StringIO()
    writer = csv.DictWriter(written, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in line.items()} for line in _lines(answer))
    return written.getvalue()


def _lines(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for group in answer["groups"]:
        named = {"key": group["key"], "label": group["label"]}
        for each in group["intervals"]:
            yield {"line": "interval", **named, "start": each["start"], "end": each["end"], **_flat(each)}
        yield {"line": "total", **named, "start": answer["from"], "end": answer["to"], **_flat(group["total"])}
    for name, failed in answer["mtbf"].items():
        for each in failed:
            yield {
                "line": name.removesuffix("s"),
                "key": each["id"],
                "label": each["label"],
                "start": answer["from"],
                "end": answer["to"],
                "mtbf_incidents": each["incidents"],
                "mtbf": each["mtbf"],
            }


def _flat(figures: dict[str, Any]) -> dict[str, Any]:
    plain = {name: figures[name] for name in (*VOLUMES, "backlog")}
    return {
        **plain,
        **{f"{figure}_{part}": figures[figure][part] for figure, parts in COUNTED.items() for part in parts},
    }


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
