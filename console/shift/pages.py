"""The dashboard, the inbox and the figures."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from changes.choices import ChangeStatus, RiskLevel
from changes.models import ChangeRequest
from console.operations.availability import creations_of
from console.shift.clients import clients_of
from console.shift.inbox import NAMES, kind_of, records_of, waiting_for
from console.shift.queue import TITLES, rows_of, scope_of, severities_by_status, tiles_of
from console.shift.queue import records_of as queue_of
from console.shift.trends import weeks_of
from core.console.columns import address_of
from core.operations.dispatch import Discovery, read
from core.reading.discovery import READ
from incidents.models import Incident
from reporting.analytics.answer import analyse
from reporting.analytics.choices import GroupBy
from reporting.analytics.question import read_question
from users.choices import EX

# The operations on each role's dashboard that create records.
CREATES = ("incident", "event_record", "client", "vendor", "user", "change_request", "handoff")
UNFINISHED = (ChangeStatus.REQUESTED, ChangeStatus.APPROVED, ChangeStatus.SCHEDULED, ChangeStatus.IN_PROGRESS)
SHOWN_CHANGES = 5


def page(
    site: Any, request: HttpRequest, template: str, build: Callable[[], Mapping[str, Any]], discovery: Discovery
) -> HttpResponse:
    """A page that reads: built under the read operation, and recorded in the audit trail."""

    def answer(*_args: Any) -> HttpResponse:
        context = {**site.each_context(request), **build()}
        return TemplateResponse(request, template, context).render()

    response: HttpResponse = read(READ, answer, actor=request.user, discovery=discovery)
    return response


def dashboard(site: Any, request: HttpRequest) -> HttpResponse:
    """Late incidents, the viewer's inbox, and the queue by due time."""
    return page(
        site,
        request,
        "console/dashboard.html",
        lambda: _dashboard(site, request),
        Discovery("console", filters={"view": "dashboard"}),
    )


def _dashboard(site: Any, request: HttpRequest) -> dict[str, Any]:
    viewer, name = request.user, request.GET.get("queue", "")
    title, own = scope_of(viewer)
    chosen = queue_of(name, viewer)
    statuses, matrix = severities_by_status(viewer)
    creations = [act for each in CREATES for act in creations_of(each, viewer) if act.allowed]
    return {
        "title": _("Shift"),
        "tiles": tiles_of(viewer),
        "queue": rows_of(own if chosen is None else chosen, viewer),
        "queue_title": title if chosen is None else str(TITLES[name]),
        "queue_name": name if chosen is not None else "",
        "waiting": waiting_for(viewer),
        "statuses": statuses,
        "matrix": matrix,
        "creations": creations,
        "bulk": site.list_context(request, Incident)["bulk"],
        "critical": _critical_changes(viewer),
        "clients": clients_of(viewer),
        "internal": getattr(viewer, "is_internal", False),
    }


def _critical_changes(viewer: Any) -> list[dict[str, str]]:
    """For executives: changes that are critical, or were, and are not finished."""
    if viewer.role != EX:
        return []
    running = ChangeRequest.objects.visible_to(viewer).filter(status__in=UNFINISHED)
    found = running.filter(Q(once_critical=True) | Q(risk_level=RiskLevel.CRITICAL)).order_by("-pk")[:SHOWN_CHANGES]
    return [
        {
            "title": each.change_title,
            "status": each.get_status_display(),
            "address": address_of(ChangeRequest, each.pk) or "",
        }
        for each in found
    ]


def inbox(site: Any, request: HttpRequest, name: str) -> HttpResponse:
    """The records of one kind that wait for the viewer."""
    kind = kind_of(name, request.user)
    discovery = Discovery(kind.collection.entity_type, filters={"view": "inbox", "kind": name})
    context = {"title": str(NAMES[name])}
    return page(
        site, request, "console/inbox.html", lambda: {**context, "records": records_of(kind, request.user)}, discovery
    )


def figures(site: Any, request: HttpRequest) -> HttpResponse:
    """Times and breaches of the last thirty days, by client and week by week."""

    def build() -> dict[str, Any]:
        found = analyse(read_question({"group_by": str(GroupBy.CLIENT), "interval": "week"}), request.user)
        return {
            "title": _("Last 30 days by client"),
            "groups": found["groups"],
            "weeks": weeks_of(found["groups"]),
            "from": found["from"],
            "to": found["to"],
        }

    return page(site, request, "console/figures.html", build, Discovery("console", filters={"view": "figures"}))
