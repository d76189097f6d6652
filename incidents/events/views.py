"""Events, their correlation and its rules over HTTP."""

from rest_framework import status

from core.http.views import RecordViewSet, creates, updates, write
from core.reading.collections import Collection, related
from incidents.events.filters import CorrelationFilters, EventFilters, RuleFilters
from incidents.events.serializers import (
    CorrelationOutput,
    CorrelationRuleOutput,
    EventOutput,
)
from incidents.models import CorrelationRule, EventCorrelation, EventRecord

EVENTS = Collection(
    EventRecord,
    EventOutput,
    EventFilters,
    label="source",
    search=("payload_summary",),
    relations=related("client", "component"),
)
CORRELATIONS = Collection(
    EventCorrelation,
    CorrelationOutput,
    CorrelationFilters,
    label="correlation_key",
    search=("correlation_key", "decision", "event__payload_summary", "incident__title"),
    relations=related("event", "incident"),
)
RULES = Collection(CorrelationRule, CorrelationRuleOutput, RuleFilters, label="name", search=("name",), numbered=True)


class EventViewSet(RecordViewSet):
    collection = EVENTS
    create = write("event.record", code=status.HTTP_201_CREATED, also_returns=(status.HTTP_200_OK,))
    correlate = write("event.correlate", path="correlate", detail=False)


class CorrelationViewSet(RecordViewSet):
    """Decisions about events: written by correlation, and read-only here."""

    collection = CORRELATIONS


class CorrelationRuleViewSet(RecordViewSet):
    collection = RULES
    create = creates("correlation_rule.create")
    partial_update = updates("correlation_rule.update")
