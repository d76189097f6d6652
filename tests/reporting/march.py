"""Incidents of one day in March, for the analytics."""

from datetime import UTC, datetime, timedelta

from tests.incidents.factories import IncidentFactory

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
MARCH = "from=2024-03-01&to=2024-03-31"


def resolved(minutes=60, **values):
    """An incident that was detected at noon of 5 March and resolved some minutes later."""
    times = {"detected_at": NOON, "resolved_at": NOON + timedelta(minutes=minutes)}
    return IncidentFactory(status="resolved", **{**times, **values})
