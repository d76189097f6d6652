"""The figures of all clients together, week by week."""

from datetime import UTC, datetime

from console.shift.trends import weeks_of

START = datetime(2026, 3, 2, tzinfo=UTC)


def cell(opened: int, mean: float | None, count: int, breached: int = 0) -> dict:
    figure = {"mean": mean, "incidents": count}
    rate = {"breached": breached}
    return {"start": START, "opened": opened, "resolved": 1, "mtta": figure, "mttr": figure, "sla_breach_rate": rate}


def test_counts_add_up_and_means_are_weighted():
    one, two = {"intervals": [cell(1, 10.0, 1)]}, {"intervals": [cell(3, 40.0, 3, breached=2)]}
    (week,) = weeks_of([one, two])

    assert (week.opened, week.resolved, week.breached, week.share) == (4, 2, 2, 100)
    assert week.mttr == 32.5


def test_a_week_without_figures_has_no_mean_and_no_client_no_week():
    (week,) = weeks_of([{"intervals": [cell(0, None, 0)]}])

    assert (week.mttr, week.share) == (None, 0)
    assert weeks_of([]) == []
