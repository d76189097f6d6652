"""Old events and their correlations with incidents."""

from rest_framework import serializers

from ims.legacy import event_rules, rules
from ims.legacy.columns import CREATED, own_id
from ims.legacy.readers import Reference, choice, text, through_field, timestamp
from ims.legacy.schema import Cell, Table, column
from incidents.models import EventCorrelation, EventRecord


def hint(cell: Cell) -> str:
    """A current severity, or none."""
    return "" if cell.value is None else str(choice()(cell))


EVENTS = Table(
    "event_records",
    key="event_id",
    entity_type="event_record",
    model=EventRecord,
    columns=(
        own_id("event_id"),
        column("source", choice(), "source"),
        column("payload_summary", through_field(serializers.CharField(), "summary_given"), "payload_summary"),
        column("severity_hint", hint, "severity_hint"),
        column("detected_at", timestamp, "detected_at"),
        column("created_by", Reference("users"), "recorded_by_id"),
        column("updated_by", Reference("users"), "recorded_by_id"),
        *CREATED,
    ),
    rules=(
        rules.not_from_the_future,
        event_rules.recorded_by_permitted_role,
        event_rules.recorded_after_detection,
    ),
)

# The old system recorded no decision, so the column is empty.
CORRELATIONS = Table(
    "event_correlations",
    key="correlation_id",
    entity_type="event_correlation",
    model=EventCorrelation,
    columns=(
        own_id("correlation_id"),
        column("event", Reference("event_records"), "event_id"),
        column("correlation_key", text, "correlation_key"),
        column("incident", Reference("incidents"), "incident_id"),
        *CREATED,
    ),
    rules=(
        rules.not_from_the_future,
        event_rules.correlated_once,
        event_rules.correlated_after_detection,
    ),
)
