"""Search, policy, verification of the trail, and a report's files."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import AuditEntry
from audit.operations import verify_trail
from console.operations.availability import address_of_act, is_act
from console.operations.labels import label_of, purpose_of
from console.records.lifecycles import drawings
from console.records.panels import report_text
from console.shift.pages import page
from core.console.columns import address_of
from core.console.titles import title_of
from core.context import bind
from core.errors import Refusal
from core.operations.dispatch import Discovery, read
from core.operations.etag import etag_of
from core.operations.registry import registry
from core.reading.collections import collections
from incidents.codes import id_of_code
from incidents.models import Incident
from reporting.models import IncidentReport
from reporting.reports.formats import FORMATS
from reporting.reports.views import SAFE, download_report
from users.choices import Role

FOUND_EACH = 10
# Operations of no procedure are listed after the others.
LAST = 99
# The newest records of each type that are searched: a text that occurs nowhere must not be looked for in all of them.
SEARCHED_EACH = 10_000
# The searched record types, in the order of the page.
SEARCHED = {
    "incident": gettext_lazy("Incidents"),
    "client": gettext_lazy("Clients"),
    "component": gettext_lazy("Components"),
    "kb_article": gettext_lazy("Articles"),
    "user": gettext_lazy("People"),
}


def search(site: Any, request: HttpRequest) -> HttpResponse:
    """Records by their words, newest first; an incident's code leads straight to it."""
    text = request.GET.get("q", "").strip()[:200]
    pk = id_of_code(text.upper())
    if pk is not None and Incident.objects.visible_to(request.user).filter(pk=pk).exists():
        return HttpResponseRedirect(address_of(Incident, pk) or "/console/")

    def build() -> dict[str, Any]:
        found = [_found(name, str(title), text, request.user) for name, title in SEARCHED.items()] if text else []
        results = [each for each in found if each["records"]]
        return {"title": _("Search"), "query": text, "results": results, "searched": SEARCHED_EACH}

    return page(site, request, "console/search.html", build, Discovery("console", filters={"search": text}))


def _found(name: str, title: str, text: str, viewer: Any) -> dict[str, Any]:
    """The newest matches of one type, or none where the text is no search."""
    try:
        found = collections[name].filtered(viewer, {"search": text})
        oldest = found.model.objects.order_by("-pk").values("pk")[SEARCHED_EACH : SEARCHED_EACH + 1]
        newest = found.filter(pk__gt=Coalesce(Subquery(oldest), 0))
        records = list(newest.order_by("-pk")[: FOUND_EACH + 1])
    except Refusal:
        records = []
    shown = [{"title": title_of(each), "address": address_of(type(each), each.pk)} for each in records[:FOUND_EACH]]
    return {"title": title, "records": shown, "more": len(records) > FOUND_EACH}


def policy(site: Any, request: HttpRequest) -> HttpResponse:
    """Who may do what, from the registry."""
    mine = "mine" in request.GET
    viewer: Any = request.user
    rows: list[dict[str, Any]] = [
        {
            "label": label_of(each),
            "name": each.name,
            "sop": ", ".join(map(str, each.sop)),
            "roles": [each.permits(one) for one in Role.values],
            "elevated": _(each.elevated.text) if each.elevated else "",
            "in_person": _(each.in_person.text) if each.in_person else "",
            "condition": _(each.condition),
            "lifecycle": _(each.lifecycle),
            "purpose": purpose_of(each),
            "address": address_of_act(each.name) if each.target is None and each.permits(viewer.role) else "",
        }
        for each in registry
        if is_act(each) and (not mine or each.permits(viewer.role))
    ]
    rows.sort(key=lambda row: (_first_sop(row) or LAST, row["label"]))
    numbers = [_first_sop(row) for row in rows]
    for place, (row, number) in enumerate(zip(rows, numbers, strict=True)):
        row["anchor"] = f"sop-{number}" if number and number not in numbers[:place] else ""
    context = {"title": _("Policy"), "rows": rows, "roles": [_(Role(one).label) for one in Role.values], "mine": mine}
    context["lifecycles"] = drawings()
    answer = TemplateResponse(request, "console/policy.html", {**site.each_context(request), **context})
    response: HttpResponse = read("policy.read", lambda *_args: answer.render(), actor=request.user, discovery=None)
    return response


def _first_sop(row: Mapping[str, Any]) -> int:
    """The procedure under which a row is listed; 0 without one."""
    return int(row["sop"].partition(",")[0] or 0)


def verification(site: Any, request: HttpRequest) -> HttpResponse:
    """Whether the audit trail's chains hold: all of them, or one record's."""
    kind, number = request.GET.get("reference_type", ""), request.GET.get("reference_id", "")
    chain = {"reference_type": kind, "reference_id": int(number)} if kind and number.isdecimal() else {}
    bind(operation=registry["audit.verify"])

    def answer(*_args: Any) -> HttpResponse:
        verdict = verify_trail(actor=request.user, **chain)
        context = {**site.each_context(request), "title": _("Verification of the audit trail"), "verdict": verdict}
        return TemplateResponse(request, "console/verification.html", {**context, "chain": chain}).render()

    discovery = Discovery(AuditEntry.entity_type, filters={"verify": True})
    response: HttpResponse = read("audit.verify", answer, actor=request.user, discovery=discovery)
    return response


def draft_of_report(site: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The text of a draft, as its records are now: a part of the report's page, or a page without scripts."""
    readable = IncidentReport.objects.visible_to(request.user).select_related("incident")
    report = readable.filter(pk=pk).first()
    if report is None or not report.is_live:
        raise Http404
    embedded = request.headers.get("HX-Request") == "true"
    template = "console/report_part.html" if embedded else "console/report_text.html"

    def build() -> dict[str, Any]:
        return {"title": title_of(report), "back": address_of(IncidentReport, pk), **report_text(report, request.user)}

    return page(site, request, template, build, Discovery(IncidentReport.entity_type, pk, {"view": "draft"}))


def report_file(site: Any, request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A report as a file, under the same operation as the API's download."""
    if name not in FORMATS:
        raise Http404
    found = IncidentReport.objects.visible_to(request.user).select_related("incident").filter(pk=pk)

    def answer(report: Any, _query: Any) -> HttpResponse:
        body = download_report(actor=request.user, incident_report=report, chosen=FORMATS[name])
        shown = f'attachment; filename="{report.incident.incident_code}-{report.report_type}-{report.pk}.{name}"'
        headers = {**SAFE, "ETag": etag_of(report.version), "Content-Disposition": shown}
        return HttpResponse(body, content_type=FORMATS[name].media_type, headers=headers)

    discovery = Discovery(IncidentReport.entity_type, pk, {"view": "download"})
    response: HttpResponse = read(
        "report.download", answer, actor=request.user, discovery=discovery, get_target=found.first
    )
    return response
