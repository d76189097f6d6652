"""The state of an incident's service levels, in Python and in SQL, from the stored times and the current time.

breached: a breach is recorded, or a running clock is past its due time; at_risk: a clock has used most of its target;
none: no agreement applies; ok: otherwise.
"""

from datetime import datetime

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy

from incidents.models import Incident

# Breached without pauses: breached, or met only because of pauses. For breach rates without pauses.
BREACHED_WITHOUT_PAUSES = Q(sla_breach=True) | Q(kept_by_pauses=True)


class SlaState(TextChoices):
    OK = "ok"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    NONE = "none"


# What people read.
LABELS = {
    SlaState.OK: gettext_lazy("On time"),
    SlaState.AT_RISK: gettext_lazy("At risk"),
    SlaState.BREACHED: gettext_lazy("Breached"),
    SlaState.NONE: gettext_lazy("No agreement"),
}


def state_of(incident: Incident, now: datetime) -> SlaState:
    """The state at an instant."""
    if incident.sla_breach or (incident.sla_due_at is not None and incident.sla_due_at < now):
        return SlaState.BREACHED
    if incident.sla_agreement_id is None:
        return SlaState.NONE
    at_risk = incident.sla_at_risk_at is not None and incident.sla_at_risk_at <= now
    return SlaState.AT_RISK if at_risk else SlaState.OK


def in_state(state: str, now: datetime) -> Q:
    """The condition for being in a state at an instant."""
    unbroken = Q(sla_breach=False)
    agreed, alarmed = Q(sla_agreement__isnull=False), Q(sla_at_risk_at__lte=now)
    conditions = {
        SlaState.BREACHED: Q(sla_breach=True) | due_before(now),
        SlaState.AT_RISK: unbroken & agreed & alarmed & Q(sla_due_at__gte=now),
        SlaState.NONE: unbroken & Q(sla_agreement__isnull=True),
        SlaState.OK: unbroken & agreed & (Q(sla_at_risk_at__isnull=True) | Q(sla_at_risk_at__gt=now)),
    }
    return conditions[SlaState(state)]


def due_before(moment: datetime) -> Q:
    """A running clock is due before an instant. The condition on the earlier at-risk time lets one index serve both."""
    return Q(sla_at_risk_at__lt=moment, sla_due_at__lt=moment)
