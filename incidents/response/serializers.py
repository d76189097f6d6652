"""The serializers of escalations, communications, workarounds and analyses."""

from typing import Any

from rest_framework import serializers

from core.errors import invalid
from core.operations.fields import NameField, Reference
from core.reading.serializers import Body, Output, outputs
from incidents.inputs import PeopleBody, Person
from incidents.models import Communication, Escalation, Incident, RootCauseAnalysis, Workaround
from incidents.response.choices import (
    LEVEL_OF_ROLE,
    NAMES_USER,
    PORTAL,
    AnalysisMethod,
    CommunicationType,
    DeliveryStatus,
    Effectiveness,
    EscalationLevel,
    EscalationReason,
    RecipientType,
    WorkaroundStatus,
)
from incidents.response.recipients import require_recipient, vendor_of
from incidents.response.targets import target_misfit
from users.choices import IM, SA, TS

LONG = 20_000
ANALYSTS = frozenset({TS, IM, SA})
NO_ANALYST = "The assignee must be in technical support, an incident manager or a system administrator."
NO_TARGET = "This person is not a valid target of an escalation"


class EscalationBody(PeopleBody):
    actor_fields = ("requested_by",)

    incident_id = Reference(Incident, active=False, source="incident", related=("component__product",))
    target_user_id = Person(source="target_user")
    reason = serializers.CharField(max_length=LONG)
    reason_code = serializers.ChoiceField(choices=EscalationReason.choices, required=False)
    escalation_level = serializers.ChoiceField(choices=EscalationLevel.choices, required=False)

    def check_target(self, values: Any) -> None:
        target, actor = values["target_user"], self.context["actor"]
        if detail := target_misfit(target, requester_id=actor.pk, vendor_id=vendor_of(values["incident"])):
            raise invalid("target_user_id", f"{NO_TARGET}: {detail}", "invalid_target")

    def check_level(self, values: Any) -> None:
        level = LEVEL_OF_ROLE.get(values["target_user"].role)
        if level is not None and values.get("escalation_level", level) != level:
            detail = f"The target's role requires the level {level}; omit the level or send that one."
            raise invalid("escalation_level", detail, "level_disagrees")

    joint_checks = (check_target, check_level)


class EscalationOutput(Output):
    class Meta:
        model = Escalation
        fields = outputs(
            "incident_id",
            "requested_by_id",
            "target_user_id",
            "reason",
            "reason_code",
            "escalation_level",
            "status",
            "acknowledged_at",
            "resolved_at",
            "imported_violations",
        )


class CommunicationBody(PeopleBody):
    actor_fields = ("sender_user",)

    incident_id = Reference(Incident, active=False, source="incident", related=("component__product",))
    recipient_type = serializers.ChoiceField(choices=RecipientType.choices)
    recipient_user_id = Person(source="recipient_user", required=False, allow_null=True)
    recipient_group = NameField(max_length=120, required=False)
    delivery_method = serializers.ChoiceField(choices=CommunicationType.choices)
    message_content = serializers.CharField(max_length=LONG)
    subject = NameField(max_length=200, required=False, allow_blank=True)

    def check_user(self, values: Any) -> None:
        kind, named = values["recipient_type"], values.get("recipient_user") is not None
        portal = all(values[name] == value for name, value in PORTAL.items())
        if named or not portal:
            _require_named("recipient_user_id", kind in NAMES_USER, named, kind)

    def check_group(self, values: Any) -> None:
        kind = values["recipient_type"]
        _require_named("recipient_group", kind == RecipientType.GROUP, bool(values.get("recipient_group")), kind)

    def check_recipient(self, values: Any) -> None:
        kind, user = values["recipient_type"], values.get("recipient_user")
        if user is not None and kind in NAMES_USER:
            require_recipient(values["incident"], kind, user)

    joint_checks = (check_user, check_group, check_recipient)


class DeliveryBody(Body):
    delivery_status = serializers.ChoiceField(choices=DeliveryStatus.choices)


class CommunicationOutput(Output):
    class Meta:
        model = Communication
        fields = outputs(
            "incident_id",
            "sender_user_id",
            "recipient_type",
            "recipient_user_id",
            "recipient_group",
            "delivery_method",
            "subject",
            "message_content",
            "delivery_status",
            "sent_at",
            "imported_violations",
        )


class WorkaroundBody(Body):
    actor_fields = ("implemented_by",)

    incident_id = Reference(Incident, active=False, source="incident")
    description = serializers.CharField(max_length=LONG)
    effectiveness = serializers.ChoiceField(choices=Effectiveness.choices)


class WorkaroundChangesBody(Body):
    status = serializers.ChoiceField(choices=WorkaroundStatus.choices, required=False)
    effectiveness = serializers.ChoiceField(choices=Effectiveness.choices, required=False)


class WorkaroundOutput(Output):
    class Meta:
        model = Workaround
        fields = outputs(
            "incident_id",
            "description",
            "effectiveness",
            "implemented_by_id",
            "implemented_at",
            "status",
            "imported_violations",
        )


class AnalysisBody(PeopleBody):
    incident_id = Reference(Incident, active=False, source="incident")
    analysis_method = serializers.ChoiceField(choices=AnalysisMethod.choices)
    assigned_to = Person(roles=ANALYSTS, misfit=NO_ANALYST)


class AnalysisChangesBody(PeopleBody):
    analysis_method = serializers.ChoiceField(choices=AnalysisMethod.choices, required=False)
    assigned_to = Person(roles=ANALYSTS, misfit=NO_ANALYST, required=False)
    root_cause = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    summary = serializers.CharField(max_length=LONG, required=False, allow_blank=True)


class CompleteAnalysisBody(Body):
    root_cause = serializers.CharField(max_length=LONG)
    summary = serializers.CharField(max_length=LONG, required=False, allow_blank=True)


class RejectAnalysisBody(Body):
    comment = serializers.CharField(max_length=4_000)


class AnalysisOutput(Output):
    assigned_to = serializers.IntegerField(read_only=True)

    class Meta:
        model = RootCauseAnalysis
        joined = {"assigned_to": "assigned_to_id"}
        fields = outputs(
            "incident_id",
            "analysis_method",
            "assigned_to",
            "completed_by_id",
            "reviewed_by_id",
            "status",
            "root_cause",
            "summary",
            "review_comment",
            "completed_at",
            "approved_at",
            "imported_violations",
        )


def _require_named(name: str, needed: bool, given: bool, kind: str) -> None:
    if needed and not given:
        raise invalid(name, f"A communication to a {kind} requires this field.", "required")
    if given and not needed:
        raise invalid(name, f"A communication to a {kind} does not have this field.", "not_applicable")
