"""Filters of incidents and their notes."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django_filters.filters import BaseInFilter

from core.operations.fields import MAX_ID
from core.reading.filters import BooleanTextFilter, StrictFilterSet, TimeFilter, matches
from incidents.codes import id_of_code
from incidents.models import ClockPause, Incident, IncidentNote
from incidents.service_levels.states import SlaState, due_before, in_state


class IncidentCodeField(forms.CharField):
    """An incident's code; the value is its id."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        pk = id_of_code(text)
        if pk is None or pk > MAX_ID:
            raise forms.ValidationError("This must be the code of an incident, for example INC-00000001.")
        return pk


class IncidentCodeFilter(django_filters.CharFilter):
    field_class = IncidentCodeField
    schema = {"type": "string", "pattern": "^INC-[0-9]{8,18}$"}


class IncidentCodeInFilter(BaseInFilter, IncidentCodeFilter):
    pass


class IncidentFilters(StrictFilterSet):
    for_me = BooleanTextFilter(  # type: ignore[no-untyped-call]
        method="of_the_reader", help_text="Incidents that the caller manages or is assigned to."
    )
    incident_code = IncidentCodeFilter(field_name="id")  # type: ignore[no-untyped-call]
    incident_code__in = IncidentCodeInFilter(field_name="id", lookup_expr="in")  # type: ignore[no-untyped-call]
    sla_state = django_filters.ChoiceFilter(
        choices=SlaState.choices, method="in_sla_state", help_text="The current state of its service levels."
    )
    due_before = TimeFilter(  # type: ignore[no-untyped-call]
        method="due_before_moment", help_text="A running clock is due before this time."
    )

    class Meta:
        model = Incident
        fields = matches(
            exact=[
                "title",
                "status",
                "severity",
                "peak_severity",
                "severity_rule",
                "severity_rested_on_facts",
                "client_id",
                "component_id",
                "category",
                "assigned_manager_id",
                "assigned_to_id",
                "reporter_id",
                "detection_source",
                "is_recurring",
                "sla_breach",
                "rto_breach",
                "impact_level",
                "urgency",
                "resolution_code",
                "duplicate_of_id",
                "resolved_by_id",
                "closed_by_id",
                "vendor_initiated",
                "sla_agreement_id",
            ],
            ranges=[
                *("occurred_at", "detected_at", "acknowledged_at", "resolved_at", "closed_at"),
                *("response_due_at", "resolution_due_at", "downtime_minutes"),
            ],
        )

    def of_the_reader(self, queryset: Any, name: str, value: bool) -> Any:
        """Incidents that the caller manages or is assigned to, or all others."""
        manager, worker = Q(assigned_manager_id=self.reader.pk), Q(assigned_to_id=self.reader.pk)
        if value:
            return queryset.filter(manager | worker)
        return queryset.exclude(manager).exclude(worker)

    def in_sla_state(self, queryset: Any, name: str, value: str) -> Any:
        """Evaluated at the time of the request."""
        return queryset.filter(in_state(value, timezone.now()))

    def due_before_moment(self, queryset: Any, name: str, value: datetime) -> Any:
        """Incidents with a running clock that is due before this time."""
        return queryset.filter(due_before(value))


class NoteFilters(StrictFilterSet):
    class Meta:
        model = IncidentNote
        fields = matches(exact=["incident_id", "public"])


class PauseFilters(StrictFilterSet):
    class Meta:
        model = ClockPause
        fields = matches(exact=["incident_id", "reason", "end_cause", "ended_by_id"], ranges=["started_at", "ended_at"])
