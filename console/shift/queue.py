"""The queue of unresolved incidents, soonest due first, with the next step of each."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.choices import Severity
from clients.models import AccountAssignment
from console.clocks import due_in, state_label
from console.shift.counts import bounded, bounded_counts
from core.console.columns import address_of
from incidents.choices import UNRESOLVED, IncidentStatus
from incidents.models import Incident
from incidents.service_levels.scope import with_readable_service_levels
from incidents.service_levels.states import in_state
from resolution.facts import facts_by_incident
from resolution.readiness import Case, missing
from users.choices import AM, IM, TS

SHOWN = 20
# The queues by name; those of TILES are counted above the queue.
TITLES = {
    "breached": _("Breached"),
    "at_risk": _("At risk"),
    "unassigned": _("Unassigned"),
    "mine": _("For me"),
    "all": _("All unresolved"),
}
TILES = ("breached", "at_risk", "unassigned", "mine")
# The order of the index that serves a count; the others are found by their own conditions.
ORDERS = {"unassigned": ("severity", "-pk")}
FOR_CONTACTS = ("breached", "at_risk")

# Short labels of the missing preconditions.
STEPS = {
    "not_mitigated": _("Mitigate the impact"),
    "client_not_informed": _("Inform the client"),
    "escalation_open": _("Acknowledge the escalation"),
    "change_in_progress": _("Complete the change"),
    "rollback_in_progress": _("Complete the rollback"),
    "postmortem_outdated": _("Draft the postmortem again"),
    "postmortem_not_reviewed": _("Review the postmortem"),
    "root_cause_missing": _("Find the root cause"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One incident of the queue."""

    incident: Incident
    address: str
    state: str
    state_label: str
    due: str
    next_step: str


def scope_of(viewer: Any) -> tuple[str, Any]:
    """The incidents in a viewer's queue, as a title and a queryset."""
    unresolved = Incident.objects.visible_to(viewer).filter(status__in=UNRESOLVED)
    if viewer.role in (IM, TS):
        mine = Q(assigned_manager_id=viewer.pk) | Q(assigned_to_id=viewer.pk)
        return str(_("My incidents")), unresolved.filter(mine)
    if viewer.role == AM:
        assigned = AccountAssignment.objects.filter(user_id=viewer.pk).values("client_id")
        return str(_("Incidents of my clients")), unresolved.filter(client_id__in=assigned)
    return str(_("Unresolved incidents")), unresolved


def rows_of(records: Any, viewer: Any) -> list[Row]:
    """The first rows of a queue: those with a running clock by its due time, then the others by severity.

    At most three statements; an index orders each part, so a long queue is not sorted as a whole.
    """
    joined = records.select_related("client", "component")
    running = joined.filter(sla_at_risk_at__isnull=False, sla_due_at__isnull=False)
    found = list(running.order_by("sla_due_at", "severity", "-pk")[:SHOWN])
    if len(found) < SHOWN:
        others = joined.filter(Q(sla_at_risk_at__isnull=True) | Q(sla_due_at__isnull=True))
        found += others.order_by("severity", "-pk")[: SHOWN - len(found)]
    facts = facts_by_incident(each.pk for each in found)
    return [_row(each, facts[each.pk], viewer) for each in found]


def _row(incident: Incident, facts: Any, viewer: Any) -> Row:
    wanted = IncidentStatus.CLOSED if incident.status == IncidentStatus.RESOLVED else IncidentStatus.RESOLVED
    unmet = [each for each in missing(Case(incident, facts), wanted) if each.visible_to_viewer(viewer, incident)]
    step = str(STEPS[unmet[0].code]) if unmet else str(_("Resolve it"))
    state, label = state_label(incident, viewer)
    address = address_of(Incident, incident.pk) or ""
    return Row(incident, address, state, label, due_in(incident, viewer), step if viewer.is_internal else "")


@dataclass(frozen=True, slots=True)
class Tile:
    """A bounded count that leads to its list."""

    title: str
    count: str
    address: str
    tone: str = ""


def tiles_of(viewer: Any) -> list[Tile]:
    """Breached, at risk, unassigned and the viewer's own unresolved incidents, in one statement."""
    queues = {name: records.order_by(*ORDERS.get(name, ())) for name, records in _queues(viewer).items()}
    shown = TILES if viewer.is_internal else FOR_CONTACTS
    counts = bounded_counts({name: queues[name] for name in shown}, viewer)
    return [Tile(str(TITLES[name]), bounded(counts[name]), f"?queue={name}", name) for name in shown]


def records_of(name: str, viewer: Any) -> Any:
    """The incidents of a queue; None for an unknown name."""
    return _queues(viewer).get(name)


def _queues(viewer: Any) -> dict[str, Any]:
    now, readable = timezone.now(), with_readable_service_levels(viewer)
    conditions = {
        "breached": in_state("breached", now) & readable,
        "at_risk": in_state("at_risk", now) & readable,
        "unassigned": Q(assigned_to__isnull=True),
        "mine": Q(assigned_manager_id=viewer.pk) | Q(assigned_to_id=viewer.pk),
        "all": Q(),
    }
    unresolved = Incident.objects.visible_to(viewer).filter(status__in=UNRESOLVED)
    return {name: unresolved.filter(condition) for name, condition in conditions.items()}


def severities_by_status(viewer: Any) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """How many unresolved incidents of each severity are in each status, in one statement."""
    readable = Incident.objects.visible_to(viewer).order_by("-pk")
    cells = {
        f"{severity}_{status}": readable.filter(severity=severity, status=status)
        for severity in Severity.values
        for status in UNRESOLVED
    }
    found = bounded_counts(cells, viewer)
    rows = [(each, [bounded(found[f"{each}_{status}"]) for status in UNRESOLVED]) for each in Severity.values]
    return [str(IncidentStatus(each).label) for each in UNRESOLVED], rows
