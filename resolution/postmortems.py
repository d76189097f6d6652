"""The automatic postmortem of an incident: started by the resolution, voided by a reopening or by contradicting
records.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from changes.models import ChangeRequest, RollbackRequest
from core.context import current
from core.hooks import Hooks, Saved
from core.models import server_time
from core.sql.locking import locking
from incidents.choices import IncidentStatus
from incidents.models import (
    AffectedClient,
    ClockPause,
    Communication,
    Escalation,
    Incident,
    IncidentLink,
    RootCauseAnalysis,
    Workaround,
)
from incidents.response.choices import LinkedType
from knowledge.models import Article
from reporting.choices import ReportStatus, ReportType, VoidReason
from reporting.models import IncidentReport
from reporting.postmortem import is_outdated, postmortem_of
from users.models import User

# The entity types whose records appear in a postmortem.
POSTMORTEM_SOURCES = (
    Incident,
    AffectedClient,
    IncidentLink,
    ClockPause,
    Escalation,
    Communication,
    Workaround,
    RootCauseAnalysis,
    ChangeRequest,
    RollbackRequest,
    Article,
)
# The maximum number of incidents in one statement; for more, all resolved incidents are searched.
MAX_NAMED_INCIDENTS = 500


def register_hooks(hooks: Hooks) -> None:
    hooks.on_operation([model.entity_type for model in POSTMORTEM_SOURCES], void_outdated_postmortems)


def capture_postmortem(incident: Incident, author: User) -> IncidentReport:
    """The draft postmortem of an incident: the current one, updated, or a new one."""
    draft = _live_postmortem(incident) or IncidentReport(
        incident=incident, report_type=ReportType.POSTMORTEM_REPORT, automatic=True
    )
    captured: IncidentReport = draft.change(
        generated_by=author, generated_at=server_time(draft, incident), content=postmortem_of(incident.pk)
    )
    return captured


def void_postmortem(incident: Incident, author: User, now: datetime, reason: VoidReason) -> None:
    """Void a reviewed postmortem and start the next draft; a draft stays a draft.

    The current report is locked, so that a concurrent review runs entirely before or after.
    """
    report = _live_postmortem(incident)
    if report is not None and report.status == ReportStatus.COMPLETED:
        report.change(voided_at=now, void_reason=reason)
        capture_postmortem(incident, author)


def void_outdated_postmortems(saved: Sequence[Saved]) -> None:
    """Void the postmortem reviews of resolved incidents that these records contradict."""
    named = _incidents_naming(saved)
    if named:
        reviewed = _reviewed().filter(named).order_by().values_list("incident_id", flat=True)
        for pk in sorted(set(reviewed)):
            void_if_outdated(pk)


def void_if_outdated(incident_id: int) -> None:
    """Void the review of an incident's postmortem if its records contradict it.

    The incident is locked: a concurrent closing runs entirely before, and is final, or after.
    """
    resolved = Incident.objects.filter(pk=incident_id, status=IncidentStatus.RESOLVED)
    incident = locking(resolved).first()
    if incident is not None and contradicts(incident):
        void_postmortem(incident, current().actor, server_time(incident), VoidReason.OUTDATED)


def contradicts(incident: Incident) -> bool:
    """Whether an incident's records contradict its reviewed postmortem."""
    content = _reviewed().filter(incident=incident).order_by().values_list("content", flat=True).first()
    return content is not None and is_outdated(content, incident.pk)


def _incidents_naming(saved: Iterable[Saved]) -> Q | None:
    """The reports that contain these records; None if there is nothing to search for."""
    incidents: set[int] = set()
    linked: dict[str, set[int]] = {kind: set() for kind in LinkedType.values}
    changes: set[int] = set()
    elsewhere = set()
    for record, changed in saved:
        incidents |= _incidents_of(record, changed)
        if isinstance(record, Incident) and record.status != IncidentStatus.RESOLVED:
            elsewhere.add(record.pk)
        if record.entity_type in linked:
            linked[record.entity_type].add(record.pk)
        if isinstance(record, RollbackRequest):
            changes.add(record.change_request_id)
    incidents -= elsewhere
    if not (incidents or changes or any(linked.values())):
        return None
    if len(incidents) + len(changes) + sum(map(len, linked.values())) > MAX_NAMED_INCIDENTS:
        return Q(pk__isnull=False)
    linked[LinkedType.CHANGE_REQUEST] |= changes
    links = Q()
    for kind, ids in linked.items():
        links |= Q(reference_type=kind, reference_id__in=ids) if ids else Q()
    named = Q(incident_id__in=incidents)
    if changes:
        named |= Q(incident_id__in=ChangeRequest.objects.filter(pk__in=changes).order_by().values("incident_id"))
    if links:
        named |= Q(incident_id__in=IncidentLink.objects.filter(links).order_by().values("incident_id"))
    return named


def _incidents_of(record: Any, changed: Any) -> set[int]:
    """The incident that a record belongs to, and the one that it belonged to before."""
    if isinstance(record, Incident):
        return {record.pk}
    return {record.incident_id, changed.get("incident_id", (None,))[0]} - {None}


def _reviewed() -> QuerySet[IncidentReport]:
    live: QuerySet[IncidentReport] = IncidentReport.objects.live_postmortems()
    return live.filter(status=ReportStatus.COMPLETED, incident__status=IncidentStatus.RESOLVED)


def _live_postmortem(incident: Incident) -> IncidentReport | None:
    live = IncidentReport.objects.live_postmortems().filter(incident=incident)
    found: IncidentReport | None = locking(live).first()
    return found
