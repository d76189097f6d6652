"""What the independent model of the policy knows of records that are there already, read from the database."""

from typing import Any

from django.utils import timezone

from approvals.models import Approval
from incidents.models import EventCorrelation, EventRecord, Incident
from reporting.models import IncidentReport
from tests.oracle import world as model
from tests.oracle.invariants import _words
from users.models import User
from users.tokens import new_token


def known(executive: Any) -> model.World:
    """A model of everything that an attack must leave as it is. The executive reads the trail."""
    world = model.World(timezone.now())
    for user in User.objects.filter(is_system=False):
        account = model.Account(user.pk, user.role, user.client_id, user.vendor_id, user.status)
        world.accounts[user.pk] = account
        world.humans.append(model.Human(len(world.humans), {user.pk}))
    reader = world.accounts.pop(executive.pk)
    reader.tokens = {False: new_token(executive)[1]}
    world.accounts = {executive.pk: reader, **world.accounts}
    made_by_events = set(EventCorrelation.objects.filter(incident__isnull=False).values_list("incident_id", flat=True))
    reports = {each.incident_id: each for each in IncidentReport.objects.filter(automatic=True, voided_at=None)}
    for incident in Incident.objects.order_by("pk"):
        world.incidents[incident.pk] = _incident(incident, reports.get(incident.pk), incident.pk in made_by_events)
    for event in EventRecord.objects.all():
        place = (event.client_id or 0, event.component_id)
        world.events[event.pk] = model.Event(event.pk, place, event.detected_at, event.severity_hint, {})
    for approval in Approval.objects.filter(imported_row=None):
        world.approvals[approval.pk] = _approval(approval)
    return world


def _incident(incident: Incident, report: Any, by_events: bool) -> model.Incident:
    found = model.Incident(
        incident.pk,
        (),
        incident.client_id,
        {incident.created_by_id, incident.reporter_id},
        incident.title,
        incident.severity,
        incident.peak_severity,
        status=incident.status,
        rested_on_facts=True,
        by_events=by_events,
    )
    if report is not None:
        found.postmortem, found.reviewer = report.pk, report.reviewed_by_id
        if incident.status == "closed":
            found.told_at_closing = _words(report.content)
    return found


def _approval(held: Approval) -> model.Approval:
    return model.Approval(
        held.pk,
        held.operation,
        held.reference_id,
        held.payload,
        held.requester_id,
        held.status,
        held.approver_id,
        consumed=held.consumed_at is not None,
    )
