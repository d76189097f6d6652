"""Readable titles of records whose own text contains ids and machine names."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.choices import ApprovalStatus
from approvals.models import Approval, ApprovalRule, Handoff
from audit.models import AuditEntry
from changes.models import RollbackRequest
from clients.models import SlaAgreement, Subscription
from console.operations.labels import choice_label, field_label, label_of
from core.console.titles import Title
from core.operations.registry import registry
from incidents.codes import incident_code
from incidents.models import Communication, Escalation, EventRecord, RootCauseAnalysis, Workaround
from knowledge.models import PostIncidentReview
from reporting.metrics.models import Metric
from reporting.models import IncidentReport
from resolution.models import MitigationConfirmation, Reopening

# The member of a request's body that contains its subject.
NAMES = ("name", "vendor_name", "product_name", "title", "change_title", "email")
BRIEF = 60


def operation_label(name: str) -> str:
    """An operation's label, also of one that exists no more."""
    operation = registry.find(name)
    return label_of(operation) if operation is not None else field_label(name.replace(".", " "))


def approval_title(record: Approval) -> str:
    """ "Onboard vendor: Second Gateway, approved"."""
    status = ApprovalStatus.EXPIRED if record.expired else ApprovalStatus(record.status)
    what = operation_label(record.operation) if record.operation else field_label(record.requested_action)
    subject = subject_of(record.payload)
    return f"{what}{f': {subject}' if subject else ''}, {_(str(status.label)).lower()}"


def subject_of(payload: Any) -> str:
    """The name in the body of a request; empty if it has none."""
    members = payload if isinstance(payload, Mapping) else {}
    return next((str(members[name]) for name in NAMES if members.get(name)), "")


def _brief(text: str) -> str:
    return text if len(text) <= BRIEF else f"{text[:BRIEF]}…"


def _of_incident(what: Any) -> Title:
    return lambda record: _("%(what)s of %(code)s") % {"what": str(what), "code": incident_code(record.incident_id)}


def _handoff_title(record: Handoff) -> str:
    what = operation_label(record.operation) if record.operation else field_label(record.reason_code.replace("-", "_"))
    return (
        f"{what}: {_brief(record.details) or field_label(record.reason_code)}, {_(record.get_status_display()).lower()}"
    )


def _choice(record: Any, name: str) -> str:
    return choice_label(getattr(record, name), getattr(record, f"get_{name}_display")())


TITLES: Mapping[Any, Title] = {
    Approval: approval_title,
    ApprovalRule: lambda record: operation_label(record.operation),
    Handoff: _handoff_title,
    AuditEntry: lambda record: operation_label(record.operation) if record.operation else record.action,
    Escalation: lambda record: f"{_of_incident(_('Escalation'))(record)}: {_brief(record.reason)}",
    Communication: lambda record: (
        record.subject or f"{_of_incident(_('Message'))(record)}: {_brief(record.message_content)}"
    ),
    Workaround: lambda record: f"{_of_incident(_('Workaround'))(record)}: {_brief(record.description)}",
    RootCauseAnalysis: lambda record: f"{_of_incident(_('Root cause analysis'))(record)}",
    EventRecord: lambda record: _brief(record.payload_summary),
    RollbackRequest: lambda record: f"{_('Rollback')}: {_brief(record.justification)}",
    PostIncidentReview: _of_incident(gettext_lazy("Review")),
    IncidentReport: lambda record: _of_incident(_choice(record, "report_type"))(record),
    Metric: lambda record: _of_incident(_choice(record, "metric_type"))(record),
    MitigationConfirmation: _of_incident(gettext_lazy("Confirmed mitigation")),
    Reopening: _of_incident(gettext_lazy("Reopening")),
    Subscription: lambda record: f"{_choice(record, 'service_level_tier')} {_('subscription')} {record.pk}",
    SlaAgreement: lambda record: f"{record.severity_level} {_('agreement')} {record.pk}",
}
