"""Where events come from, how they are related, and what is decided about them (SOP 2)."""

import re

from django.db.models import TextChoices

from clients.choices import Severity
from incidents.choices import Category, Level


class EventSource(TextChoices):
    ALERT_LOG = "alert_log"
    INCIDENT_PORTAL_SUBMISSION = "incident_portal_submission"
    INTERNAL_TOOL = "internal_tool"


# What a source says of an alert that is over: it is told on the timeline, and resolves nothing by itself.
ENDED = "resolved"


class Decision(TextChoices):
    INCIDENT_CREATED = "incident_created"
    LINKED = "linked"
    RECORDED_FOR_TRENDING = "recorded_for_trending"


# What events may be grouped by; an attribute is named as attributes.<name>.
BY_CLIENT, BY_COMPONENT, BY_SOURCE, BY_ATTRIBUTE = "client", "component", "source", "attributes."
GROUP_BY = re.compile(r"client|component|source|attributes\.[A-Za-z_][A-Za-z0-9_.-]{0,63}")
# How events are related unless a rule says otherwise: same client and component. No rule can be named so.
BY_CLIENT_AND_COMPONENT = "client and component"

DEFAULT_WINDOW_MINUTES = 30
DEFAULT_MIN_EVENTS = 3
DEFAULT_MINIMUM_SEVERITY = Severity.P2

LONGEST_WINDOW_MINUTES = 7 * 24 * 60
MOST_RELATED = 200  # so many stored events are read for a rule; no rule asks for more
MOST_GIVEN, MOST_PAYLOADS = 200, 50
FINGERPRINT_LENGTH = 200
KEY_LENGTH = 200
ATTRIBUTES_LENGTH = 10_000

# What an incident gets that only events speak of, and nobody has stated it.
IMPACT_OF_SEVERITY: dict[str, Level] = {
    Severity.P1: Level.CRITICAL,
    Severity.P2: Level.HIGH,
    Severity.P3: Level.MEDIUM,
    Severity.P4: Level.LOW,
}
ASSUMED_IMPACT = Level.LOW
ASSUMED_CATEGORY = Category.SERVICE_UNAVAILABLE
