"""The parts of the workbench: readiness with remedies, related records, people, facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, Value
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.operations.availability import Act, address_of_act
from console.operations.labels import field_label, label_of
from console.shift.queue import STEPS
from core.operations.registry import registry
from incidents.choices import IncidentStatus
from incidents.models import Incident
from incidents.severity import CLAUSES, EVENT_HINT, OVERRIDDEN, hint_clause
from incidents.severity_updates import HINT, joint_facts
from resolution.readiness import readiness_of
from users.models import User

# The operations that fulfil a missing condition, with the field for the incident (empty: the incident itself).
CURES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "not_mitigated": (
        ("workaround.create", "incident_id"),
        ("change.create", "incident_id"),
        ("incident.confirm_mitigation", ""),
    ),
    "client_not_informed": (("communication.create", "incident_id"),),
    "root_cause_missing": (("rca.create", "incident_id"), ("incident.update", "")),
}
# The lists that help to fulfil one.
LISTS: Mapping[str, tuple[str, object]] = {
    "escalation_open": ("incidents.Escalation", _("Open the escalations")),
    "change_in_progress": ("changes.ChangeRequest", _("Open the changes")),
    "rollback_in_progress": ("changes.RollbackRequest", _("Open the rollbacks")),
    "postmortem_not_reviewed": ("reporting.IncidentReport", _("Open the postmortem")),
    "postmortem_outdated": ("reporting.IncidentReport", _("Open the postmortem")),
}
# The conditions in the console's wording; those of the API mention requests and fields.
DETAILS: Mapping[str, object] = {
    "not_mitigated": _(
        "Record an active workaround that is at least partially effective, complete a change or rollback, or have the "
        "client confirm. An incident manager may instead state why no remedy was needed, with a note as evidence."
    ),
    "client_not_informed": _("Publish a portal update for the client, or send a message to one of its contacts."),
    "escalation_open": _("Its target or an incident manager must acknowledge it."),
    "postmortem_not_reviewed": _("A person who did not resolve the incident must review the postmortem."),
    "root_cause_missing": _("Complete an analysis, or state why the cause cannot be determined."),
}
RELATED = (
    (_("Escalations"), "incidents.Escalation"),
    (_("Communications"), "incidents.Communication"),
    (_("Workarounds"), "incidents.Workaround"),
    (_("Root cause analyses"), "incidents.RootCauseAnalysis"),
    (_("Changes"), "changes.ChangeRequest"),
    (_("Rollbacks"), "changes.RollbackRequest"),
    (_("Reports"), "reporting.IncidentReport"),
    (_("Articles"), "knowledge.Article"),
    (_("Reviews"), "knowledge.PostIncidentReview"),
    (_("Metrics"), "reporting.Metric"),
)
SENTENCES = {clause.rule: clause.sentence for clause in CLAUSES}


@dataclass(frozen=True, slots=True)
class Missing:
    """A missing condition: its remedy, its reason, and the buttons for it."""

    title: str
    detail: str
    cures: list[tuple[str, str]]
    # Whether the reason is in the console's words; otherwise it is the API's.
    own: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """The missing preconditions of an incident's next status."""

    title: str
    ready: bool
    missing: list[Missing]


def readiness(incident: Incident, viewer: Any) -> Readiness | None:
    """The checklist for the next status; None for a closed incident."""
    if incident.status == IncidentStatus.CLOSED:
        return None
    resolved = incident.status == IncidentStatus.RESOLVED
    verdict = readiness_of(incident, viewer)["close" if resolved else "resolve"]
    items = [
        Missing(
            str(STEPS.get(each["code"]) or field_label(each["code"])),
            str(DETAILS.get(each["code"]) or each["detail"]),
            _cures(each["code"], incident, viewer),
            each["code"] in DETAILS,
        )
        for each in verdict["missing"]
    ]
    return Readiness(str(_("Before closing") if resolved else _("Before resolving")), verdict["ready"], items)


def _cures(code: str, incident: Incident, viewer: Any) -> list[tuple[str, str]]:
    """(label, URL) of the remedies of a missing condition that the viewer's role permits."""
    found = []
    for name, field in CURES.get(code, ()):
        operation = registry[name]
        if operation.permits(viewer.role):
            address = address_of_act(name, **{field: incident.pk}) if field else address_of_act(name, incident.pk)
            found.append((label_of(operation), address))
    if code in LISTS:
        label, title = LISTS[code]
        found.append((str(title), _list_address(label, incident.pk)))
    return found


def _list_address(label: str, pk: int) -> str:
    meta = apps.get_model(label)._meta
    return f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?incident={pk}"


def related(site: Any, incident: Incident, viewer: Any) -> list[dict[str, Any]]:
    """The lists of related records that the viewer may open, with counts, in one statement."""
    shown = []
    for title, label in RELATED:
        page = site._registry.get(apps.get_model(label))
        if page is not None and page.may_read(viewer):
            shown.append((title, label, page))
    counts = _counts([page.model for _title, _label, page in shown], incident, viewer)
    return [
        {
            "title": str(title),
            "icon": page.icon,
            "count": counts.get(number, 0),
            "address": _list_address(label, incident.pk),
        }
        for number, (title, label, page) in enumerate(shown)
    ]


def _counts(models: list[Any], incident: Incident, viewer: Any) -> dict[int, int]:
    asked = []
    for number, model in enumerate(models):
        readable = model.objects.visible_to(viewer).filter(incident_id=incident.pk).order_by()
        asked.append(readable.annotate(n=Value(number)).values("n").annotate(count=Count("pk")).values("n", "count"))
    return {row["n"]: row["count"] for row in asked[0].union(*asked[1:], all=True)} if asked else {}


def names_of(ids: Iterable[int | None], viewer: Any) -> dict[int, str]:
    """The names of people that the viewer may read, in one statement."""
    wanted = {pk for pk in ids if pk is not None}
    return dict(User.objects.visible_to(viewer).filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def people(incident: Incident) -> dict[str, int | None]:
    """The people involved; the resolver and the closer only if there are any."""
    always = {
        str(_("Incident manager")): incident.assigned_manager_id,
        str(_("Assigned to")): incident.assigned_to_id,
        str(_("Reporter")): incident.reporter_id,
    }
    later = {str(_("Resolved by")): incident.resolved_by_id, str(_("Closed by")): incident.closed_by_id}
    return {**always, **{title: pk for title, pk in later.items() if pk is not None}}


def named(involved: Mapping[str, int | None], names: Mapping[int, str]) -> list[tuple[str, str]]:
    """The people by name, as far as the viewer may read them."""
    nobody, hidden = str(_("nobody yet")), str(_("not shown to you"))
    return [(title, nobody if pk is None else names.get(pk, hidden)) for title, pk in involved.items()]


def facts(incident: Incident) -> tuple[list[str], str]:
    """The facts that were stated or are known, as words, and what decided the severity."""
    hint = incident.known_facts.get(HINT)
    together = {**joint_facts(incident.classification, incident.known_facts), **({HINT: hint} if hint else {})}
    items = [
        f"{field_label(name)}: {value}" if not isinstance(value, bool) else field_label(name)
        for name, value in together.items()
        if value not in (False, None)
    ]
    return items, _decided(incident)


def _decided(incident: Incident) -> str:
    """The clause that decided the severity; for one that no clause decided, what did."""
    if incident.severity_rule == OVERRIDDEN:
        return str(_("An incident manager lowered it: %(reason)s")) % {"reason": incident.severity_override_reason}
    if incident.severity_rule == EVENT_HINT:
        return hint_clause(incident.severity).sentence
    return gettext(SENTENCES.get(incident.severity_rule, "")) or gettext(
        "It was stated; the facts alone do not give it."
    )


def keyed(acts: list[Act]) -> dict[str, str]:
    """The single keys of the permitted actions."""
    keys = {"communication.create": "c", "escalation.create": "e", "incident.resolve": "r"}
    return {keys[each.name]: each.address for each in acts if each.allowed and each.name in keys}
