"""Incidents, affected clients and notes, with their constraints."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clients.choices import Severity
from core.codes import Code
from core.errors import Item, Refusal
from core.models import IMPORTED, MARKED, Record
from incidents.choices import (
    UNRESOLVED,
    Category,
    DetectionSource,
    IncidentStatus,
    Level,
    ResolutionCode,
)
from incidents.codes import incident_code
from incidents.fields import OpenKey
from incidents.querysets import AffectedClientQuerySet, IncidentQuerySet, NoteQuerySet

_USER = settings.AUTH_USER_MODEL
_S = IncidentStatus
RESOLVER_FITS = Q(status__in=UNRESOLVED, resolved_by__isnull=True) | Q(
    status__in=(_S.RESOLVED, _S.CLOSED), resolved_by__isnull=False
)
CLOSER_FITS = Q(status=_S.CLOSED, closed_by__isnull=False) | (~Q(status=_S.CLOSED) & Q(closed_by__isnull=True))
# P1 is high severity in every installation; a severity that no facts ever gave is treated alike.
CLOSED_BY_ANOTHER = (
    Q(closed_by__isnull=True)
    | Q(severity_rested_on_facts=True, peak_severity__gt=Severity.P1)
    | (~Q(closed_by=F("created_by")) & ~Q(closed_by=F("reporter")))
)
DUPLICATE_FITS = Q(resolution_code=ResolutionCode.DUPLICATE, duplicate_of__isnull=False) | (
    ~Q(resolution_code=ResolutionCode.DUPLICATE) & Q(duplicate_of__isnull=True)
)


def _not_before(later: str, earlier: str) -> Q:
    """Either time is unknown, or they are in order; imported rows may violate it."""
    return (
        IMPORTED
        | Q(**{f"{later}__isnull": True})
        | Q(**{f"{earlier}__isnull": True})
        | Q(**{f"{later}__gte": F(earlier)})
    )


class Incident(Record):
    """A service impact, from its detection to its closure.

    `peak_severity` is the highest severity that the incident has had, or that its facts have given: it decides who may
    close it. `severity_rule` is the clause that decided the severity, `classification` contains the stated facts,
    `known_facts` the server's own at the last classification; `severity_rested_on_facts` is whether facts ever gave the
    incident's severity. `vendor_initiated` records that a vendor contact created the incident, regardless of later
    account changes.

    `mitigation_stated` means that an incident manager's statement, a resolution code with a note, replaces evidence of
    mitigation.

    `sla_history` and `sla_elapsed` are the clock of the service levels (its counted periods, and the covered time of
    the closed ones); `responded_at` keeps the time of the response if a reopening removes the resolution that gave it;
    `kept_by_pauses` means that the resolution was in time only because of pauses. `sla_due_at` and `sla_at_risk_at` are
    the earliest due and at-risk times of running clocks, null if none runs: lists find late incidents by them.
    `stamped_for` is the state for which this instance was last stamped; `affected_at_creation` are the further clients
    of the incident that this instance has created, else None.
    """

    entity_type = "incident"
    planned = frozenset({"response_due_at", "resolution_due_at", "sla_due_at", "sla_at_risk_at"})
    redacted = frozenset({"title"})
    # Times derived from audited fields.
    unlogged = frozenset({"sla_elapsed", "sla_due_at", "sla_at_risk_at"})
    undisclosed = frozenset(
        {
            *("sla_agreement_id", "response_due_at", "resolution_due_at", "sla_breach", "rto_breach"),
            *("kept_by_pauses", "sla_history", "known_facts"),
        }
    )
    stamped_for: Any = None
    affected_at_creation: list[int] | None = None

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="incidents", db_index=False)
    component = models.ForeignKey(
        "products.Component", models.PROTECT, null=True, blank=True, related_name="incidents", db_index=False
    )
    reporter = models.ForeignKey(_USER, models.PROTECT, related_name="reported_incidents")
    assigned_manager = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="managed_incidents")
    assigned_to = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="assigned_incidents")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=32, choices=Category.choices)
    severity = models.CharField(max_length=2, choices=Severity.choices)
    peak_severity = models.CharField(max_length=2, choices=Severity.choices, editable=False)
    severity_rule = models.CharField(max_length=64, blank=True)
    severity_override_reason = models.TextField(blank=True)
    classification = models.JSONField(default=dict, blank=True)
    known_facts = models.JSONField(default=dict, editable=False)
    severity_rested_on_facts = models.BooleanField(default=False, editable=False)
    impact_level = models.CharField(max_length=16, choices=Level.choices)
    urgency = models.CharField(max_length=16, choices=Level.choices, blank=True)
    status = models.CharField(max_length=16, choices=IncidentStatus.choices, default=IncidentStatus.OPEN)
    detection_source = models.CharField(max_length=32, choices=DetectionSource.choices, blank=True)
    is_recurring = models.BooleanField(default=False)
    vendor_initiated = models.BooleanField(default=False, editable=False)
    downtime_minutes = models.PositiveIntegerField(null=True, blank=True)
    sla_breach = models.BooleanField(default=False)
    rto_breach = models.BooleanField(default=False)
    kept_by_pauses = models.BooleanField(default=False, editable=False)
    root_cause_undetermined_reason = models.TextField(blank=True)
    resolution_summary = models.TextField(blank=True)
    resolution_code = models.CharField(max_length=32, choices=ResolutionCode.choices, blank=True)
    mitigation_stated = models.BooleanField(default=False, editable=False)
    duplicate_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="duplicates")
    occurred_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    responded_at = models.DateTimeField(null=True, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+", editable=False, db_index=False)
    closed_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+", editable=False, db_index=False)
    affected_changed_at = models.DateTimeField(null=True, editable=False)
    sla_agreement = models.ForeignKey(
        "clients.SlaAgreement", models.PROTECT, null=True, related_name="incidents", editable=False, db_index=False
    )
    response_due_at = models.DateTimeField(null=True, editable=False)
    resolution_due_at = models.DateTimeField(null=True, editable=False)
    sla_due_at = models.DateTimeField(null=True, editable=False)
    sla_at_risk_at = models.DateTimeField(null=True, editable=False)
    sla_elapsed = models.DurationField(default=timedelta, editable=False)
    sla_history = models.JSONField(default=list, editable=False)
    open_key = OpenKey()

    objects: ClassVar[Any] = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["open_key"], condition=Q(status__in=UNRESOLVED), name="incident_open_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="incident_category_valid"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="incident_severity_valid"),
            models.CheckConstraint(
                condition=Q(peak_severity__in=Severity.values) & Q(peak_severity__lte=F("severity")),
                name="incident_peak_severity_highest",
            ),
            models.CheckConstraint(condition=Q(impact_level__in=Level.values), name="incident_impact_valid"),
            models.CheckConstraint(condition=Q(urgency__in=["", *Level.values]), name="incident_urgency_valid"),
            models.CheckConstraint(condition=Q(status__in=IncidentStatus.values), name="incident_status_valid"),
            models.CheckConstraint(
                condition=Q(detection_source__in=["", *DetectionSource.values]), name="incident_detection_valid"
            ),
            models.CheckConstraint(
                condition=Q(resolution_code__in=["", *ResolutionCode.values]), name="incident_resolution_code_valid"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="incident_titled"),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")), name="incident_not_its_duplicate"
            ),
            models.CheckConstraint(condition=_not_before("detected_at", "occurred_at"), name="incident_detected_after"),
            models.CheckConstraint(
                condition=_not_before("acknowledged_at", "detected_at"), name="incident_acknowledged_after"
            ),
            models.CheckConstraint(condition=_not_before("resolved_at", "detected_at"), name="incident_resolved_after"),
            models.CheckConstraint(condition=_not_before("closed_at", "resolved_at"), name="incident_closed_after"),
            models.CheckConstraint(
                condition=IMPORTED
                | Q(status__in=UNRESOLVED, resolved_at__isnull=True)
                | Q(status__in=(_S.RESOLVED, _S.CLOSED), resolved_at__isnull=False),
                name="incident_resolved_at_known",
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | Q(status=_S.CLOSED, closed_at__isnull=False)
                | (~Q(status=_S.CLOSED) & Q(closed_at__isnull=True)),
                name="incident_closed_at_known",
            ),
            models.CheckConstraint(condition=IMPORTED | MARKED | RESOLVER_FITS, name="incident_resolver_known"),
            models.CheckConstraint(condition=IMPORTED | MARKED | CLOSER_FITS, name="incident_closer_known"),
            models.CheckConstraint(
                condition=IMPORTED | MARKED | CLOSED_BY_ANOTHER, name="incident_guarded_closed_by_another"
            ),
            models.CheckConstraint(condition=IMPORTED | MARKED | DUPLICATE_FITS, name="incident_duplicate_named"),
            models.CheckConstraint(
                condition=IMPORTED | MARKED | Q(mitigation_stated=False) | ~Q(resolution_code=""),
                name="incident_mitigation_stated_by_code",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "severity", "-id"], name="incident_status_severity"),
            models.Index(fields=["status", "-id"], name="incident_status"),
            models.Index(fields=["severity", "-id"], name="incident_severity"),
            models.Index(fields=["category", "-id"], name="incident_category"),
            models.Index(fields=["client", "-id"], name="incident_client"),
            models.Index(fields=["component", "-id"], name="incident_component"),
            # Severity comes first: otherwise query planners would use the smaller index by id for every list of open
            # incidents, and read all of them when few match the severity.
            models.Index(fields=["severity", "-id"], condition=Q(status__in=UNRESOLVED), name="incident_unresolved"),
            models.Index(
                fields=["sla_at_risk_at", "sla_due_at"],
                condition=Q(sla_at_risk_at__isnull=False),
                name="incident_sla_running",
            ),
            models.Index(fields=["-id"], condition=Q(sla_breach=True), name="incident_sla_breached"),
            models.Index(fields=["detected_at", "id"], name="incident_detected"),
            models.Index(fields=["created_at", "id"], name="incident_created"),
            models.Index(fields=["updated_at", "id"], name="incident_updated"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_code} {self.title}" if self.pk else self.title

    @property
    def incident_code(self) -> str:
        return incident_code(self.pk)

    def explain_constraint(self, name: str, actor: Any) -> Refusal | None:
        """The duplicate open incident, named if the actor may read it."""
        if name != "incident_open_once":
            return None
        twins = Incident.objects.visible_to(actor).filter(open_key=self.open_key, status__in=UNRESOLVED)
        existing = twins.exclude(pk=self.pk).values_list("pk", flat=True).first()
        facts: dict[str, Any] = {}
        if existing is not None:
            facts = {"existing_id": existing, "incident_id": existing, "incident_code": incident_code(existing)}
        detail = (
            f"An unresolved incident for the same problem exists ({facts.get('incident_code', 'outside your scope')})."
        )
        item = Item("duplicate_open_incident", detail, "component_id" if self.component_id else "title", facts)
        return Refusal(Code.DUPLICATE_OPEN_INCIDENT, detail, rule="one_open_incident", errors=[item])


class AffectedClient(Record):
    """An additional affected client of an incident, until it is removed."""

    entity_type = "affected_client"

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="affected", db_index=False)
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="affected_by")
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = AffectedClientQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["incident", "client"], name="affected_client_once")]

    def __str__(self) -> str:
        return f"client {self.client_id} of incident {self.incident_id}"


class IncidentNote(Record):
    """A note on an incident: internal, or public and visible to its client."""

    entity_type = "incident_note"

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notes", db_index=False)
    body = models.TextField()
    public = models.BooleanField(default=False)

    objects: ClassVar[Any] = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="incident_note_written")]
        indexes = [models.Index(fields=["incident", "-id"], name="incident_note_newest")]

    def __str__(self) -> str:
        return f"note {self.pk} on incident {self.incident_id}"
