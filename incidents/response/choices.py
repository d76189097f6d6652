"""Types and lifecycles of response records: SOP 15, 17, 18, 19."""

from django.db.models import TextChoices

from core.operations.lifecycle import Lifecycle
from users.choices import AM, EX, IM, SA, TS, VC


class EscalationLevel(TextChoices):
    TECHNICAL = "technical"
    MANAGEMENT = "management"
    EXECUTIVE = "executive"
    VENDOR = "vendor"


class EscalationStatus(TextChoices):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class EscalationReason(TextChoices):
    SEVERITY_INCREASE = "severity_increase"
    SLA_BREACH = "sla_breach"
    RESOURCE_UNAVAILABLE = "resource_unavailable"
    EXECUTIVE_REQUEST = "executive_request"
    CLIENT_DEMAND = "client_demand"


class CommunicationType(TextChoices):
    EMAIL = "email"
    PHONE_CALL = "phone_call"
    CHAT = "chat"
    INCIDENT_PORTAL_UPDATE = "incident_portal_update"
    AUTOMATED_NOTIFICATION = "automated_notification"


class RecipientType(TextChoices):
    USER = "user"
    GROUP = "group"
    CLIENT_CONTACT = "client_contact"
    VENDOR_CONTACT = "vendor_contact"
    EXECUTIVE_TEAM = "executive_team"


class DeliveryStatus(TextChoices):
    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class Effectiveness(TextChoices):
    EFFECTIVE = "effective"
    PARTIALLY_EFFECTIVE = "partially_effective"
    INEFFECTIVE = "ineffective"


class WorkaroundStatus(TextChoices):
    ACTIVE = "active"
    INACTIVE = "inactive"
    REPLACED = "replaced"


class AnalysisMethod(TextChoices):
    FIVE_WHYS = "five_whys"
    FISHBONE_DIAGRAM = "fishbone_diagram"
    FAULT_TREE_ANALYSIS = "fault_tree_analysis"
    CAUSE_EFFECT_MATRIX = "cause_effect_matrix"
    PARETO_ANALYSIS = "pareto_analysis"


class AnalysisStatus(TextChoices):
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    APPROVED = "approved"


class LinkedType(TextChoices):
    """Types of linked records, named by their entity types, which higher layers define."""

    CHANGE_REQUEST = "change_request"
    KB_ARTICLE = "kb_article"


# The level of an escalation, by the role of its target; other roles are not valid targets.
LEVEL_OF_ROLE: dict[str, EscalationLevel] = {
    TS: EscalationLevel.TECHNICAL,
    SA: EscalationLevel.TECHNICAL,
    IM: EscalationLevel.MANAGEMENT,
    AM: EscalationLevel.MANAGEMENT,
    EX: EscalationLevel.EXECUTIVE,
    VC: EscalationLevel.VENDOR,
}

ESCALATION_MOVES = Lifecycle(
    "escalation",
    {
        EscalationStatus.OPEN: (EscalationStatus.ACKNOWLEDGED,),
        EscalationStatus.ACKNOWLEDGED: (EscalationStatus.RESOLVED,),
    },
    initial=EscalationStatus.OPEN,
)

WORKAROUND_MOVES = Lifecycle(
    "workaround",
    {
        WorkaroundStatus.ACTIVE: (WorkaroundStatus.INACTIVE, WorkaroundStatus.REPLACED),
    },
    initial=WorkaroundStatus.ACTIVE,
)

# A sent communication cannot become unsent. A failed one may be sent again; a delivered one is final. A call or a chat
# is delivered immediately.
DELIVERY_MOVES = Lifecycle(
    "communication",
    {
        DeliveryStatus.PENDING: (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.FAILED),
        DeliveryStatus.SENT: (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED),
        DeliveryStatus.FAILED: (DeliveryStatus.SENT, DeliveryStatus.DELIVERED),
    },
    initial=DeliveryStatus.PENDING,
)

# A rejected analysis returns to work.
ANALYSIS_MOVES = Lifecycle(
    "root cause analysis",
    {
        AnalysisStatus.IN_PROGRESS: (AnalysisStatus.COMPLETED,),
        AnalysisStatus.COMPLETED: (AnalysisStatus.APPROVED, AnalysisStatus.IN_PROGRESS),
    },
    initial=AnalysisStatus.IN_PROGRESS,
)

# The recipient types that require a user, and the one that requires a group.
NAMES_USER = (RecipientType.USER, RecipientType.CLIENT_CONTACT, RecipientType.VENDOR_CONTACT)
# A portal update may omit the contact: it then addresses the portal of the incident's client.
PORTAL = {"delivery_method": CommunicationType.INCIDENT_PORTAL_UPDATE, "recipient_type": RecipientType.CLIENT_CONTACT}
# Communications that inform a client about the handling of its incident.
REACHED = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
# Evidence that the impact is mitigated.
MITIGATING = (Effectiveness.EFFECTIVE, Effectiveness.PARTIALLY_EFFECTIVE)
