"""The serializers of incidents, and their visibility."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from clients.choices import Severity
from clients.models import Client
from core.operations.lifecycle import allowed_from
from core.reading.serializers import Output, outputs
from core.sql.compiled import CompiledQuery
from incidents.bodies import FactsBody
from incidents.choices import INCIDENT_MOVES
from incidents.codes import incident_code
from incidents.models import AffectedClient, ClockPause, Incident, IncidentNote
from incidents.service_levels.scope import SERVICE_LEVEL_FIELDS, without_hidden_service_levels
from users.choices import CC

# The number of notes included in a single incident; all of them are at /incidents/{id}/notes/.
LATEST_NOTES = 10
# Fields for staff only: contracts, and the reasons for the severity.
OF_STAFF = frozenset({"known_facts", "classification_advice"})
# Fields of a pause for staff only.
OF_WORKERS = frozenset({"note", "end_note"})
# Fields hidden from client contacts: internal reasoning and drafts of the root cause.
INTERNAL = OF_STAFF | frozenset(
    {
        "classification",
        "severity_rule",
        "severity_override_reason",
        "root_cause_undetermined_reason",
        "imported_violations",
    }
)


class NoteOutput(Output):
    class Meta:
        model = IncidentNote
        fields = outputs("incident_id", "body", "public")


class PauseOutput(Output):
    class Meta:
        model = ClockPause
        fields = outputs(
            "incident_id", "reason", "note", "started_at", "ended_at", "ended_by_id", "end_cause", "end_note"
        )

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        """The client sees the times and reasons of pauses under its agreement; notes are internal."""
        fields: Iterable[str] = cls.Meta.fields
        return None if viewer.is_internal else [name for name in fields if name not in OF_WORKERS]


def _latest(**among: Any) -> CompiledQuery:
    notes = IncidentNote.objects.filter(**among).order_by("-id").values(*NoteOutput.columns())
    return CompiledQuery(lambda incident_id: notes.filter(incident_id=incident_id)[:LATEST_NOTES], int)


LATEST, LATEST_PUBLIC = _latest(), _latest(public=True)
AFFECTED = CompiledQuery(
    lambda incident_id: (
        AffectedClient.objects.current()
        .filter(incident_id=incident_id)
        .order_by("client_id")
        .values_list("client_id", flat=True)
    ),
    int,
)


class IncidentOutput(Output):
    incident_code = serializers.SerializerMethodField()
    classification = FactsBody(read_only=True)
    sla_breach = serializers.BooleanField(read_only=True, allow_null=True)
    rto_breach = serializers.BooleanField(read_only=True, allow_null=True)

    class Meta:
        model = Incident
        fields = outputs(
            "incident_code",
            "client_id",
            "component_id",
            "reporter_id",
            "assigned_manager_id",
            "assigned_to_id",
            "title",
            "description",
            "category",
            "severity",
            "peak_severity",
            "severity_rule",
            "severity_override_reason",
            "classification",
            "impact_level",
            "urgency",
            "status",
            "detection_source",
            "is_recurring",
            "vendor_initiated",
            "downtime_minutes",
            "sla_breach",
            "rto_breach",
            "sla_agreement_id",
            "response_due_at",
            "resolution_due_at",
            "root_cause_undetermined_reason",
            "resolution_summary",
            "resolution_code",
            "duplicate_of_id",
            "resolved_by_id",
            "closed_by_id",
            "occurred_at",
            "detected_at",
            "acknowledged_at",
            "resolved_at",
            "closed_at",
            "imported_violations",
        )
        joined = {"classification": "classification", "sla_breach": "sla_breach", "rto_breach": "rto_breach"}
        requires: dict[str, tuple[str, ...]] = dict.fromkeys(SERVICE_LEVEL_FIELDS, ("client_id",))

    @staticmethod
    def get_incident_code(row: dict[str, Any]) -> str:
        return incident_code(row["id"])

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        if viewer.is_internal:
            return None
        hidden = INTERNAL if viewer.role == CC else OF_STAFF
        fields: Iterable[str] = cls.Meta.fields
        return [name for name in fields if name not in hidden]

    @classmethod
    def completed(cls, rows: Iterable[dict[str, Any]], viewer: Any, names: Iterable[str]) -> Iterable[dict[str, Any]]:
        """Service levels of a client are visible to staff and to that client only."""
        return (
            (without_hidden_service_levels(row, viewer) for row in rows)
            if set(names) & set(SERVICE_LEVEL_FIELDS)
            else rows
        )


class KnownFacts(serializers.Serializer[Any]):
    """The server's facts at the last classification; the event hint only if there was one."""

    affected_clients = serializers.IntegerField(required=False)
    high_priority_client = serializers.BooleanField(required=False)
    event_hint = serializers.ChoiceField(choices=Severity.choices, required=False)


# A suggestion next to the facts: a clock at risk does not raise the severity.
AT_RISK = "A service-level clock is at risk. Consider whether the fact sla_breach_risk applies."


class IncidentDetail(IncidentOutput):
    """A single incident with everything needed to work on it, with a fixed number of statements."""

    client_name = serializers.CharField(
        read_only=True, allow_null=True, help_text="The client's name; null for a caller who may not read the client."
    )
    known_facts = KnownFacts(read_only=True)
    classification_advice = serializers.SerializerMethodField()
    product_id = serializers.IntegerField(read_only=True, allow_null=True)
    affected_client_ids = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    notes = NoteOutput(many=True, read_only=True)
    allowed_transitions = serializers.SerializerMethodField()

    class Meta(IncidentOutput.Meta):
        fields = (
            *IncidentOutput.Meta.fields,
            "severity_rested_on_facts",
            "known_facts",
            "classification_advice",
            "client_name",
            "component_name",
            "product_id",
            "affected_client_ids",
            "notes",
            "allowed_transitions",
        )
        joined = {
            **IncidentOutput.Meta.joined,
            "known_facts": "known_facts",
            "client_name": "client__name",
            "component_name": "component__component_name",
            "product_id": "component__product_id",
        }
        requires: dict[str, tuple[str, ...]] = {
            **IncidentOutput.Meta.requires,
            "client_name": ("client_id",),
            "affected_client_ids": ("client_id",),
            "allowed_transitions": ("status",),
            "classification_advice": ("sla_at_risk_at", "classification"),
        }

    @classmethod
    def completed(cls, rows: Iterable[dict[str, Any]], viewer: Any, names: Iterable[str]) -> Iterable[dict[str, Any]]:
        asked = set(names)
        return [_completed(row, viewer, asked) for row in super().completed(rows, viewer, asked)]

    @classmethod
    def of_created(cls, record: Incident) -> dict[str, Any] | None:
        """A new incident has no notes."""
        affected = record.affected_at_creation
        return None if affected is None else {"notes": [], "affected_client_ids": affected}

    @staticmethod
    def get_classification_advice(row: dict[str, Any]) -> list[str]:
        at_risk = row["sla_at_risk_at"] is not None and row["sla_at_risk_at"] <= timezone.now()
        return [AT_RISK] if at_risk and not row["classification"].get("sla_breach_risk") else []

    @staticmethod
    def get_allowed_transitions(row: dict[str, Any]) -> list[str]:
        """The statuses allowed next, each through its own request."""
        return allowed_from(INCIDENT_MOVES, row["status"])


def _completed(row: dict[str, Any], viewer: Any, names: set[str]) -> dict[str, Any]:
    """A row with its notes and affected clients, if requested, within the viewer's scope."""
    notes, ids = _notes_and_affected(row, viewer, names)
    name = row.get("client__name")
    if not viewer.is_internal and names & {"client_name", "affected_client_ids"}:
        among = Client.objects.visible_to(viewer).filter(pk__in=[row["client_id"], *ids])
        readable = set(among.values_list("pk", flat=True))
        ids, name = [each for each in ids if each in readable], name if row["client_id"] in readable else None
    return {**row, "client__name": name, "affected_client_ids": ids, "notes": notes}


def _notes_and_affected(row: dict[str, Any], viewer: Any, names: set[str]) -> tuple[list[Any], list[int]]:
    """The latest notes and the affected clients, if requested; the row of a created incident has them."""
    if "notes" in row:
        return row["notes"], row["affected_client_ids"]
    latest = LATEST_PUBLIC if viewer.role == CC else LATEST
    if {"notes", "affected_client_ids"} <= names:
        notes, ids = latest.beside(AFFECTED, row["id"])
    else:
        notes = latest(row["id"]) if "notes" in names else []
        ids = AFFECTED(row["id"]) if "affected_client_ids" in names else []
    return NoteOutput.represent(notes, viewer), ids


class ClassificationAnswer(serializers.Serializer[object]):
    """The severity of the stated facts, the clause that decided it, and every applicable clause of that severity."""

    severity = serializers.ChoiceField(choices=Severity.choices)
    rule = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
