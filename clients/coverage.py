"""The shape of subscriptions and service-level agreements."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.choices import AgreementStatus, Severity, SubscriptionStatus, SubscriptionType, Tier
from clients.inputs import KeptReference
from clients.models import Client, SlaAgreement, Subscription
from clients.today import client_today
from core.operations.fields import Reference
from core.reading.serializers import Body, Output, outputs
from products.models import Product

# Ten years: beyond it a target promises nothing.
MOST_MINUTES, MOST_HOURS = 5_256_000, 87_600
OBJECTIVES = ("rto_minutes", "rpo_minutes")
SHOWN_OBJECTIVES = {"type": ["object", "null"], "additionalProperties": {"type": ["integer", "null"]}}


class ObjectivesBody(Body):
    """How long recovery may take, and how much of the data, in minutes, may be lost."""

    rto_minutes = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES, required=False, allow_null=True)
    rpo_minutes = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES, required=False, allow_null=True)


class SubscriptionBody(Body):
    client_id = Reference(Client, source="client")
    product_id = Reference(Product, source="product")
    subscription_type = serializers.ChoiceField(choices=SubscriptionType.choices)
    service_level_tier = serializers.ChoiceField(choices=Tier.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField(required=False, allow_null=True)
    recovery_objectives = ObjectivesBody(required=False, allow_null=True)
    high_priority = serializers.BooleanField(required=False)
    status = serializers.ChoiceField(choices=SubscriptionStatus.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = self.given("start_date", attrs), self.given("end_date", attrs)
        if end is not None and end < start:
            message = f"The coverage would end on {end}, before it starts on {start}."
            raise serializers.ValidationError({"end_date": [message]}, code="dates_out_of_order")
        if end is not None and self._is_active(attrs) and end < client_today(self.given("client", attrs)):
            message = f"The coverage ended on {end}, so it is not active: state its status, or a later end."
            raise serializers.ValidationError({"end_date": [message]}, code="ended")
        if "recovery_objectives" not in attrs:
            return attrs
        objectives = attrs.pop("recovery_objectives")
        return {**attrs, **(dict.fromkeys(OBJECTIVES) if objectives is None else objectives)}

    def _is_active(self, attrs: dict[str, Any]) -> bool:
        return (self.given("status", attrs) or SubscriptionStatus.ACTIVE) == SubscriptionStatus.ACTIVE


class SubscriptionChanges(SubscriptionBody):
    client_id = KeptReference(Client, source="client")


class SubscriptionOutput(Output):
    recovery_objectives = serializers.SerializerMethodField()

    class Meta:
        model = Subscription
        fields = outputs(
            "client_id",
            "product_id",
            "subscription_type",
            "service_level_tier",
            "start_date",
            "end_date",
            "recovery_objectives",
            "high_priority",
            "status",
            "imported_violations",
        )
        requires: dict[str, tuple[str, ...]] = {"recovery_objectives": OBJECTIVES}

    @staticmethod
    @extend_schema_field(SHOWN_OBJECTIVES)
    def get_recovery_objectives(row: dict[str, Any]) -> dict[str, int | None] | None:
        objectives = {name: row[name] for name in OBJECTIVES}
        return objectives if set(objectives.values()) != {None} else None


class TargetsBody(Body):
    """The targets of one severity."""

    severity_level = serializers.ChoiceField(choices=Severity.choices)
    response_time_minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES)
    resolution_time_hours = serializers.IntegerField(min_value=1, max_value=MOST_HOURS)
    availability_target = serializers.DecimalField(
        max_digits=6,
        decimal_places=3,
        min_value=Decimal("0.001"),
        max_value=Decimal(100),
        required=False,
        allow_null=True,
    )
    pauses_allowed = serializers.BooleanField(required=False)
    status = serializers.ChoiceField(choices=AgreementStatus.choices, required=False)


class AgreementBody(TargetsBody):
    subscription_id = Reference(Subscription, source="subscription")


class AgreementChanges(TargetsBody):
    subscription_id = KeptReference(Subscription, source="subscription")


class AgreementsBody(Body):
    subscription_id = Reference(Subscription, source="subscription")
    agreements = TargetsBody(many=True, allow_empty=False, max_length=20)  # type: ignore[call-arg]


class AgreementOutput(Output):
    availability_target = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = SlaAgreement
        fields = outputs(
            "subscription_id",
            "severity_level",
            "response_time_minutes",
            "resolution_time_hours",
            "availability_target",
            "pauses_allowed",
            "status",
            "imported_violations",
        )
        joined = {"availability_target": "availability_target"}


class AgreementsMade(serializers.Serializer[object]):
    """Agreements made together, in the order in which they were asked for."""

    subscription_id = serializers.IntegerField()
    agreements = AgreementOutput(many=True)
