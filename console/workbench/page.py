"""The incident workbench."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from console.clocks import clocks_of, state_label
from console.operations.availability import acts_from, acts_on, divided
from console.shift.pages import page
from console.shift.queue import SHOWN
from console.workbench.parts import facts, keyed, named, names_of, people, readiness, related
from console.workbench.timeline import PARTS, lines_of, rows_of
from core.operations.dispatch import Discovery
from incidents.models import AffectedClient, Incident
from knowledge.models import Article
from knowledge.suggestions import suggested_articles

MOST_ARTICLES = 5


def workbench(site: Any, request: HttpRequest, pk: str, *_args: Any) -> HttpResponse:
    """Everything about one incident that its viewer may read, and everything that may be done with it."""
    incident = _incident(pk, request.user)
    return TemplateResponse(
        request, "console/workbench.html", {**site.each_context(request), **_context(site, request, incident)}
    )


def articles(site: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The published articles that may help: a part of the workbench, or a page of its own without scripts."""
    incident = _incident(str(pk), request.user)
    embedded = request.headers.get("HX-Request") == "true"
    template = "console/articles_part.html" if embedded else "console/articles.html"
    discovery = Discovery(Article.entity_type, filters={"suggested_for_incident_id": pk})

    def build() -> dict[str, Any]:
        found = suggested_articles(incident, request.user)[:MOST_ARTICLES]
        return {"title": _("Articles that may help"), "incident": incident, "articles": found}

    return page(site, request, template, build, discovery)


def _incident(pk: str, viewer: Any) -> Incident:
    readable = Incident.objects.visible_to(viewer).select_related("client", "component__product")
    found: Incident | None = readable.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) <= SHOWN else None
    if found is None:
        raise Http404
    return found


def _context(site: Any, request: HttpRequest, incident: Incident) -> dict[str, Any]:
    viewer = request.user
    part = request.GET.get("part", "work")
    acts = [*acts_on(incident, viewer), *acts_from(incident, viewer)]
    note = next((each for each in acts if each.name == "incident.add_note" and each.allowed), None)
    items, clause = facts(incident)
    rows, involved = rows_of(incident.pk, viewer, part), people(incident)
    names = names_of([*(row["actor_id"] for row in rows), *involved.values()], viewer)
    internal = getattr(viewer, "is_internal", False)
    state, label = state_label(incident, viewer)
    return {
        "title": incident.incident_code,
        "incident": incident,
        "opts": None,
        **divided([each for each in acts if each is not note]),
        "keys": keyed(acts),
        "note": note,
        "clocks": clocks_of(incident, viewer),
        "state": state,
        "state_label": label,
        "readiness": readiness(incident, viewer),
        "part": part if part in PARTS else "work",
        "parts": {name: str(title) for name, (title, _kinds) in PARTS.items()},
        "timeline": lines_of(rows, names),
        "people": named(involved, names),
        "affected": _affected(incident, viewer),
        "facts": items if internal else [],
        "clause": clause if internal else "",
        "related": related(site, incident, viewer),
        "internal": internal,
        "links": site.record_links(request, incident),
        "updated_at": incident.updated_at,
    }


def _affected(incident: Incident, viewer: Any) -> list[str]:
    """The names of further affected clients, in the viewer's scope."""
    found = AffectedClient.objects.visible_to(viewer).filter(incident=incident, removed_at__isnull=True)
    return list(found.order_by("pk").values_list("client__name", flat=True)[:SHOWN])
