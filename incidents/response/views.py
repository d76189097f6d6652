"""Escalations, communications, workarounds and analyses over HTTP."""

from core.http.views import RecordViewSet, creates, updates, write
from core.reading.collections import Collection, related
from incidents.models import Communication, Escalation, RootCauseAnalysis, Workaround
from incidents.response.filters import AnalysisFilters, CommunicationFilters, EscalationFilters, WorkaroundFilters
from incidents.response.serializers import (
    AnalysisOutput,
    CommunicationOutput,
    EscalationOutput,
    WorkaroundOutput,
)

ESCALATIONS = Collection(
    Escalation,
    EscalationOutput,
    EscalationFilters,
    label="escalation_level",
    label_columns=("incident__title",),
    search=("reason",),
    relations=related("incident", "requested_by", "target_user"),
)
COMMUNICATIONS = Collection(
    Communication,
    CommunicationOutput,
    CommunicationFilters,
    label="delivery_method",
    label_columns=("incident__title",),
    search=("subject", "message_content"),
    relations=related("incident", "sender_user", "recipient_user"),
)
WORKAROUNDS = Collection(
    Workaround,
    WorkaroundOutput,
    WorkaroundFilters,
    label="effectiveness",
    label_columns=("incident__title",),
    search=("description",),
    relations=related("incident", "implemented_by"),
)
# `assigned_to` is the analyst's id there, as the contract has it.
ANALYSES = Collection(
    RootCauseAnalysis,
    AnalysisOutput,
    AnalysisFilters,
    label="analysis_method",
    label_columns=("incident__title",),
    search=("root_cause", "summary"),
    relations=related("incident", "completed_by", "reviewed_by", analyst="assigned_to"),
)


class EscalationViewSet(RecordViewSet):
    collection = ESCALATIONS
    create = creates("escalation.create")
    acknowledge = write("escalation.acknowledge", path="acknowledge")
    resolve = write("escalation.resolve", path="resolve")


class CommunicationViewSet(RecordViewSet):
    collection = COMMUNICATIONS
    create = creates("communication.create")
    partial_update = updates("communication.update")


class WorkaroundViewSet(RecordViewSet):
    collection = WORKAROUNDS
    create = creates("workaround.create")
    partial_update = updates("workaround.update")


class AnalysisViewSet(RecordViewSet):
    collection = ANALYSES
    create = creates("rca.create")
    partial_update = updates("rca.update")
    complete = write("rca.complete", path="complete")
    approve = write("rca.approve", path="approve")
    reject = write("rca.reject", path="reject")
