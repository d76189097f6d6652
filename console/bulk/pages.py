"""Assign, acknowledge or note on several incidents: each is judged by its operation, and each outcome is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.operations.form import OperationForm
from console.operations.refusals import Explained
from console.operations.submission import Refused, Request, perform
from console.shift.pages import page
from core.console.columns import address_of
from core.console.titles import title_of
from core.operations.dispatch import Discovery
from core.operations.registry import Operation, registry
from incidents.choices import IncidentStatus
from incidents.models import Incident

# The most incidents of one request.
MOST = 50
KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Bulk:
    """One act on several incidents: its operation, the fields that the form asks for, and those that it states."""

    name: str
    label: Any
    operation: str
    fields: frozenset[str] = frozenset()
    states: Mapping[str, Any] | None = None


ACTS = {
    each.name: each
    for each in (
        Bulk("assign", gettext_lazy("Assign"), "incident.update", frozenset({"assigned_manager_id", "assigned_to_id"})),
        Bulk(
            "acknowledge", gettext_lazy("Acknowledge"), "incident.update", states={"status": IncidentStatus.IN_PROGRESS}
        ),
        Bulk("note", gettext_lazy("Add note"), "incident.add_note", frozenset({"body", "public"})),
    )
}


@dataclass(slots=True)
class Outcome:
    """What became of one incident: done, or refused with its sentence and next step."""

    title: str
    address: str
    refused: Explained | None = None


def offered_to(viewer: Any) -> list[Bulk]:
    """The acts that the viewer's role permits."""
    return [each for each in ACTS.values() if registry[each.operation].permits(viewer.role)]


def bulk(site: Any, request: HttpRequest) -> HttpResponse:
    """The form of an act for the selected incidents; POST carries it out on each of them."""
    given = request.POST if request.method == "POST" else request.GET
    act = ACTS.get(given.get("act", ""))
    if act is None or act not in offered_to(request.user):
        raise Http404
    operation = registry[act.operation]
    numbers = list(dict.fromkeys(int(each) for each in given.getlist("pk") if each.isascii() and each.isdigit()))
    chosen = _chosen(request.user, numbers[: MOST + 1])
    form = OperationForm(operation, request.user, typed=request.POST or None, only=act.fields)
    problem = _problem(request, act, form, chosen)
    key = request.POST.get("key", "")[:KEY_LENGTH] or uuid4().hex
    outcomes = _carried_out(request, act, form, chosen, key) if request.method == "POST" and not problem else []

    def build() -> dict[str, Any]:
        return {
            "title": str(act.label),
            "act": act,
            "problem": problem,
            "outcomes": outcomes,
            "failed": sum(each.refused is not None for each in outcomes),
            "incidents": [{"record": each, "title": title_of(each)} for each in chosen[:MOST]],
            "controls": form.controls(),
            "key": key,
        }

    discovery = Discovery(Incident.entity_type, filters={"view": f"bulk {act.name}"})
    response = page(site, request, "console/bulk.html", build, discovery)
    response.status_code = 400 if problem and request.method == "POST" else 200
    return response


def _chosen(viewer: Any, numbers: list[int]) -> list[Incident]:
    """The selected incidents in the viewer's scope, in one statement."""
    return list(Incident.objects.visible_to(viewer).filter(pk__in=numbers).order_by("pk"))


def _problem(request: HttpRequest, act: Bulk, form: OperationForm, chosen: list[Incident]) -> str:
    """Why nothing can be sent."""
    if not chosen:
        return _("Select at least one incident.")
    if len(chosen) > MOST:
        return _("Select at most %(most)s incidents.") % {"most": MOST}
    if request.method != "POST":
        return ""
    empty = not form.body() and not act.states
    return " ".join(form.unresolved.values()) or (_("Fill in at least one field.") if empty else "")


def _carried_out(
    request: HttpRequest, act: Bulk, form: OperationForm, chosen: list[Incident], key: str
) -> list[Outcome]:
    """Each incident in its own transaction, under its own key, so that a double submit acts once on each."""
    operation, body = registry[act.operation], {**form.body(), **(act.states or {})}
    return [_one(request, operation, body, f"{key}-{each.pk}", each) for each in chosen]


def _one(request: HttpRequest, operation: Operation, body: Mapping[str, Any], key: str, incident: Incident) -> Outcome:
    version = request.POST.get(f"version-{incident.pk}", "")
    outcome = perform(Request(operation, request.user, incident.pk, body, key, version))
    refused = Explained(operation, outcome.problem, whole=False) if isinstance(outcome, Refused) else None
    return Outcome(title_of(incident), address_of(Incident, incident.pk) or "", refused)
