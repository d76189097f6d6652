"""The analytics result as one table: a line for each interval, each whole period, and each failing record."""

from collections.abc import Iterator
from typing import Any

from core.formats.csv_table import render_csv
from reporting.analytics.choices import DURATIONS, VOLUMES

COUNTED = {
    **dict.fromkeys(DURATIONS, ("incidents", "mean", "median", "p90")),
    "sla_breach_rate": ("resolved", "breached", "percent", "breached_without_pauses", "percent_without_pauses"),
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


def table_of(answer: dict[str, Any]) -> str:
    """The lines of a result in CSV (RFC 4180). Cells that do not apply to a line are empty."""
    return render_csv([COLUMNS, *([line.get(name) for name in COLUMNS] for line in _lines(answer))])


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
