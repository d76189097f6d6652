"""Statuses, types and lifecycle of incidents. Severities are defined with the agreements that set their targets."""

from django.db.models import TextChoices

from core.operations.lifecycle import Lifecycle


class IncidentStatus(TextChoices):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Category(TextChoices):
    SYSTEM_OUTAGE = "system_outage"
    PERFORMANCE_DEGRADATION = "performance_degradation"
    SECURITY_INCIDENT = "security_incident"
    DATA_CORRUPTION = "data_corruption"
    INTEGRATION_FAILURE = "integration_failure"
    NETWORK_ISSUE = "network_issue"
    HARDWARE_FAILURE = "hardware_failure"
    SOFTWARE_BUG = "software_bug"
    CONFIGURATION_ERROR = "configuration_error"
    CAPACITY_ISSUE = "capacity_issue"
    BACKUP_FAILURE = "backup_failure"
    AUTHENTICATION_FAILURE = "authentication_failure"
    API_ERROR = "api_error"
    DATABASE_ISSUE = "database_issue"
    SERVICE_UNAVAILABLE = "service_unavailable"


class Level(TextChoices):
    """Impact and urgency."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class DetectionSource(TextChoices):
    CLIENT_REPORTED = "client_reported"
    INTERNALLY_DETECTED = "internally_detected"
    MONITORING_ALERT = "monitoring_alert"
    VENDOR_REPORTED = "vendor_reported"
    SCHEDULED_MAINTENANCE = "scheduled_maintenance"
    EMERGENCY_MAINTENANCE = "emergency_maintenance"


class ResolutionCode(TextChoices):
    """Reasons for which an incident manager may resolve without evidence of mitigation."""

    FALSE_ALARM = "false_alarm"
    SELF_RECOVERED = "self_recovered"
    DUPLICATE = "duplicate"


class PauseReason(TextChoices):
    """Reasons for pausing the resolution clock."""

    WAITING_FOR_CLIENT = "waiting_for_client"
    WAITING_FOR_VENDOR = "waiting_for_vendor"
    AGREED_MAINTENANCE = "agreed_maintenance"


class PauseEnd(TextChoices):
    """The cause of a pause's end: a person, the resolution, or a change to P1."""

    RESUMED = "resumed"
    RESOLVED = "resolved"
    SEVERITY_RAISED = "severity_raised"


_S = IncidentStatus

# Statuses in which an incident blocks duplicates.
UNRESOLVED = (_S.OPEN, _S.IN_PROGRESS, _S.ESCALATED)

# The complete lifecycle. A closed incident is final.
INCIDENT_MOVES = Lifecycle(
    "incident",
    {
        _S.OPEN: (_S.IN_PROGRESS, _S.ESCALATED, _S.RESOLVED),
        _S.IN_PROGRESS: (_S.ESCALATED, _S.RESOLVED),
        _S.ESCALATED: (_S.IN_PROGRESS, _S.RESOLVED),
        _S.RESOLVED: (_S.CLOSED, _S.IN_PROGRESS),
        _S.CLOSED: (),
    },
    initial=_S.OPEN,
)

# The request for each transition; transitions not listed here have their own operations.
UPDATE_MOVES = INCIDENT_MOVES.to(_S.IN_PROGRESS, start=(_S.OPEN, _S.ESCALATED))
REOPEN_MOVES = INCIDENT_MOVES.to(_S.IN_PROGRESS, start=(_S.RESOLVED,))
UPDATE_ENDPOINT = "PATCH /api/v1/incidents/{id}/"
REOPEN_ENDPOINT = "POST /api/v1/incidents/{id}/reopen/"
STATUS_ENDPOINTS: dict[str, str] = {
    _S.ESCALATED: "POST /api/v1/escalations/",
    _S.RESOLVED: "POST /api/v1/incidents/{id}/resolve/",
    _S.CLOSED: "POST /api/v1/incidents/{id}/close/",
}
