"""The sources of events, the attributes that relate them, and the possible decisions (SOP 2)."""

import re

from django.db.models import TextChoices

from clients.choices import Severity
from incidents.choices import Category, Level


class EventSource(TextChoices):
    ALERT_LOG = "alert_log"
    INCIDENT_PORTAL_SUBMISSION = "incident_portal_submission"
    INTERNAL_TOOL = "internal_tool"


# An attribute for the end of an alert: it appears on the timeline, and does not resolve the incident.
ENDED = "resolved"


class Decision(TextChoices):
    INCIDENT_CREATED = "incident_created"
    LINKED = "linked"
    RECORDED_FOR_TRENDING = "recorded_for_trending"


# The grouping attributes; an attribute of the source is named attributes.<name>.
BY_CLIENT, BY_COMPONENT, BY_SOURCE, BY_ATTRIBUTE = "client", "component", "source", "attributes."
GROUP_BY = re.compile(r"client|component|source|attributes\.[A-Za-z_][A-Za-z0-9_.-]{0,63}")
# The default grouping: same client and component. No rule may use this name.
BY_CLIENT_AND_COMPONENT = "client and component"

DEFAULT_WINDOW_MINUTES = 30
DEFAULT_MIN_EVENTS = 3
DEFAULT_MINIMUM_SEVERITY = Severity.P2

MAX_WINDOW_MINUTES = 7 * 24 * 60
MAX_RELATED_EVENTS = 200  # the maximum number of stored events read for a rule, which bounds min_events
MOST_GIVEN, MOST_PAYLOADS = 200, 50
FINGERPRINT_LENGTH = 200
KEY_LENGTH = 200
ATTRIBUTES_LENGTH = 10_000

# Defaults of an incident created from events, for unstated fields.
IMPACT_OF_SEVERITY: dict[str, Level] = {
    Severity.P1: Level.CRITICAL,
    Severity.P2: Level.HIGH,
    Severity.P3: Level.MEDIUM,
    Severity.P4: Level.LOW,
}
ASSUMED_IMPACT = Level.LOW
ASSUMED_CATEGORY = Category.SERVICE_UNAVAILABLE
