"""Filters of events, correlations and correlation rules."""

from core.reading.filters import StrictFilterSet, matches
from incidents.models import CorrelationRule, EventCorrelation, EventRecord


class EventFilters(StrictFilterSet):
    class Meta:
        model = EventRecord
        fields = matches(exact=["source", "severity_hint", "client_id", "component_id"], ranges=["detected_at"])


class CorrelationFilters(StrictFilterSet):
    class Meta:
        model = EventCorrelation
        fields = matches(exact=["event_id", "incident_id", "correlation_key", "decision"])


class RuleFilters(StrictFilterSet):
    class Meta:
        model = CorrelationRule
        fields = matches(
            exact=["name", "group_by", "minimum_severity", "active"], ranges=["window_minutes", "min_events"]
        )
