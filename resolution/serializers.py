"""The serializers of readiness, timeline and resolution."""

from rest_framework import serializers

from core.operations.fields import MAX_ID
from core.reading.serializers import extended
from incidents.serializers import IncidentDetail
from resolution.choices import TimelineKind

ResolvedIncident = extended(
    IncidentDetail,
    "ResolvedIncident",
    "A newly resolved incident, and the draft of its postmortem.",
    postmortem_report_id=serializers.IntegerField(min_value=0, max_value=MAX_ID),
)
ConfirmedIncident = extended(
    IncidentDetail,
    "ConfirmedIncident",
    "An incident whose mitigation a client contact has just confirmed.",
    confirmation_id=serializers.IntegerField(min_value=0, max_value=MAX_ID),
)


class MissingPrecondition(serializers.Serializer[object]):
    code = serializers.CharField()
    detail = serializers.CharField()
    endpoints = serializers.ListField(child=serializers.CharField())


class ReadinessVerdict(serializers.Serializer[object]):
    """Whether a step is possible now, and everything that is missing for it."""

    ready = serializers.BooleanField()
    missing = MissingPrecondition(many=True)


class ReadinessAnswer(serializers.Serializer[object]):
    """The missing preconditions of the resolution and the close."""

    resolve = ReadinessVerdict()
    close = ReadinessVerdict()


class TimelineEntry(serializers.Serializer[object]):
    """One event of an incident, and its source record."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=TimelineKind.choices)
    summary = serializers.CharField()
    actor_id = serializers.IntegerField(allow_null=True)
    actor_name = serializers.CharField(allow_null=True)
    reference_type = serializers.CharField()
    reference_id = serializers.IntegerField()


class TimelinePage(serializers.Serializer[object]):
    """One page of an incident's timeline, oldest first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TimelineEntry(many=True)
