"""SOP 22: the page that defines the figures names every one of them, with every bound."""

from pathlib import Path

import pytest

from reporting.analytics.choices import (
    DEFAULT_DAYS,
    DURATIONS,
    MAX_CELLS,
    MAX_INTERVALS,
    QUANTILES,
    VOLUMES,
    GroupBy,
    Interval,
)
from reporting.analytics.schema import AnalyticsAnswer, AnalyticsFigures, BreachFigures, DurationFigures
from reporting.metrics.choices import MetricType, unit_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "analytics.md").read_text(encoding="utf-8")

ANALYTICS = PAGE.partition("## Analytics")[2]
SHOWN = {*AnalyticsFigures().fields, *BreachFigures().fields, *DurationFigures().fields, *AnalyticsAnswer().fields}


@pytest.mark.parametrize("name", sorted(SHOWN - {"groups", "to", "from"}))
def test_the_page_names_every_figure(name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", [*DURATIONS, *VOLUMES, "backlog", "sla_breach_rate", "mtbf"])
def test_every_figure_has_a_line_with_its_formula(name):
    [line] = [each for each in ANALYTICS.splitlines() if each.startswith(f"| `{name}` | ")]
    assert line.rpartition("| ")[0].rpartition("| ")[2].strip()


@pytest.mark.parametrize("metric_type", MetricType.values)
def test_every_type_of_metric_is_defined_with_its_unit(metric_type):
    assert f"| `{metric_type}` | `{unit_of(metric_type)}` | " in PAGE


def test_the_page_states_the_bounds_and_the_choices():
    text = " ".join(PAGE.split())
    assert f"At most {MAX_INTERVALS} intervals are allowed, and {MAX_CELLS:,}" in text
    assert f"the last {DEFAULT_DAYS} days" in text
    assert all(f"`{name}`" in PAGE for name in (*GroupBy.values, *QUANTILES))
    assert all(name in PAGE for name in Interval.values)
