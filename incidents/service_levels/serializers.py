"""The shape of an incident's service level: its clocks and how they were calculated."""

from typing import Any

from rest_framework import serializers

from incidents.choices import PauseReason
from incidents.service_levels.states import SlaState


class ClockAnswer(serializers.Serializer[object]):
    """One clock, in covered minutes; null without an agreement."""

    due_at = serializers.DateTimeField(allow_null=True)
    elapsed_minutes = serializers.IntegerField(allow_null=True)
    remaining_minutes = serializers.IntegerField(allow_null=True)
    breached = serializers.BooleanField()
    met_at = serializers.DateTimeField(allow_null=True)


class SlaTargets(serializers.Serializer[object]):
    response_minutes = serializers.IntegerField(allow_null=True)
    resolution_minutes = serializers.IntegerField(allow_null=True)
    at_risk_percent = serializers.IntegerField()


class CountedInterval(serializers.Serializer[object]):
    """A counted interval of covered time."""

    to = serializers.DateTimeField()
    minutes = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class SlaStep(serializers.Serializer[object]):
    """The calculation of a due time from its target. Times are null while the clock is paused."""

    target_minutes = serializers.IntegerField()
    weeks = serializers.IntegerField()
    days = serializers.IntegerField()
    longest_day_minutes = serializers.IntegerField()
    week_minutes = serializers.IntegerField()
    budget_minutes = serializers.IntegerField()
    budget_used_up_at = serializers.DateTimeField(allow_null=True)
    target_passed_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    sentence = serializers.CharField()


class SlaPause(serializers.Serializer[object]):
    """A pause of the resolution clock, with its covered minutes."""

    id = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=PauseReason.choices)
    to = serializers.DateTimeField(allow_null=True)
    minutes = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class CountedStretch(serializers.Serializer[object]):
    """A period with constant terms, the reasons for its start, and its covered minutes."""

    to = serializers.DateTimeField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    agreement_id = serializers.IntegerField(allow_null=True)
    severity = serializers.CharField(allow_null=True)
    coverage = serializers.CharField(allow_null=True)
    paused = serializers.BooleanField()
    minutes = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class SlaArithmetic(serializers.Serializer[object]):
    """The calculation of the due and elapsed times."""

    why = serializers.CharField()
    subscription_id = serializers.IntegerField(allow_null=True)
    tier = serializers.CharField(allow_null=True)
    severity = serializers.CharField()
    coverage = serializers.CharField(allow_null=True)
    calendar = serializers.DictField(allow_null=True)
    targets = SlaTargets()
    started_at = serializers.DateTimeField()
    running = serializers.BooleanField()
    paused = serializers.BooleanField()
    pauses_allowed = serializers.BooleanField()
    counted_minutes = serializers.IntegerField()
    stretches = CountedStretch(many=True)
    intervals = CountedInterval(many=True)
    intervals_left_out = serializers.IntegerField()
    response = SlaStep(allow_null=True)
    resolution = SlaStep(allow_null=True)
    pauses = SlaPause(many=True)


class SlaAnswer(serializers.Serializer[object]):
    """The service levels of an incident at the moment of reading."""

    agreement_id = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=SlaState.choices)
    response = ClockAnswer()
    resolution = ClockAnswer()
    resolution_without_pauses = ClockAnswer()
    arithmetic = SlaArithmetic()
