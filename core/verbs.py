"""The audit verbs: the twelve of SOP 27 and three for approvals and discovery."""

from django.db.models import TextChoices


class Verb(TextChoices):
    IDENTIFY = "identify"
    CREATE = "create"
    UPDATE = "update"
    ESCALATE = "escalate"
    NOTIFY = "notify"
    RESOLVE = "resolve"
    CLOSE = "close"
    REVIEW = "review"
    KB_UPDATE = "kb_update"
    VENDOR_ENGAGEMENT = "vendor_engagement"
    SIMULATION = "simulation"
    TOOL_USE = "tool_use"
    APPROVE = "approve"
    REJECT = "reject"
    ENTITY_DISCOVERY = "entity_discovery"
