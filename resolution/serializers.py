"""The shape of answers about the end of an incident: readiness, timeline, resolution."""

from rest_framework import serializers

from core.operations.fields import BIGGEST_ID
from core.reading.serializers import extended
from incidents.serializers import IncidentDetail
from resolution.choices import TimelineKind

ResolvedIncident = extended(
    IncidentDetail,
    "ResolvedIncident",
    "An incident that was just resolved, and the draft of its postmortem.",
    postmortem_report_id=serializers.IntegerField(min_value=0, max_value=BIGGEST_ID),
)
ConfirmedIncident = extended(
    IncidentDetail,
    "ConfirmedIncident",
    "An incident whose mitigation a client contact has just confirmed.",
    confirmation_id=serializers.IntegerField(min_value=0, max_value=BIGGEST_ID),
)


class MissingPrecondition(serializers.Serializer[object]):
    code = serializers.CharField()
    detail = serializers.CharField()


class ReadinessVerdict(serializers.Serializer[object]):
    """Whether a step can be made now, and everything that is missing for it."""

    ready = serializers.BooleanField()
    missing = MissingPrecondition(many=True)


class ReadinessAnswer(serializers.Serializer[object]):
    """How far an incident is from being resolved and from being closed."""

    resolve = ReadinessVerdict()
    close = ReadinessVerdict()


class TimelineEntry(serializers.Serializer[object]):
    """One event in an incident's life, and the record that tells of it."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=TimelineKind.choices)
    summary = serializers.CharField()
    actor_id = serializers.IntegerField(allow_null=True)
    reference_type = serializers.CharField()
    reference_id = serializers.IntegerField()


class TimelinePage(serializers.Serializer[object]):
    """One page of an incident's account, oldest first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TimelineEntry(many=True)
