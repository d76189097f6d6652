"""The audit browser: the newest acts first, filtered and followed; reads are left out unless asked for."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from audit.archives import archived_stretches
from audit.cursor_feed import INCLUDE, follow
from audit.models import AuditEntry, Checkpoint
from audit.operations import READERS, verify_trail
from audit.views import OWN, TRAIL
from console.operations.labels import field_label
from console.trail.filters import Asked, asked_of
from console.trail.sentences import sentences_of
from core.codes import Code
from core.context import bind
from core.errors import Refusal
from core.operations.dispatch import Discovery, read
from core.operations.entities import models_by_type
from core.operations.registry import registry
from core.verbs import Verb

SHOWN = 50


def trail(site: Any, request: HttpRequest) -> HttpResponse:
    """Acts as sentences. `before` continues to older ones; `after` follows the trail in the order of commits."""
    viewer: Any = request.user
    name = "audit.read" if viewer.role in READERS else "audit.read_own"
    bind(operation=registry[name])
    asked = asked_of(request.GET, viewer)
    given, filters = asked.given, asked.filters
    reads = request.GET.get("reads") == "on"

    def answer(*_args: Any) -> HttpResponse:
        status, shown = 200, {}
        try:
            if asked.problem:
                raise Refusal(Code.INVALID_FILTER, asked.problem, rule="contract")
            shown = _acts(request, asked, reads)
        except Refusal as refusal:  # the page names a bad filter above its form
            status, shown = refusal.meaning.status, {"problem": refusal.detail}
        context = {**site.each_context(request), "title": _("Audit trail"), **_form(given, reads), **shown}
        context["chain"] = _chain_status(viewer, given)
        context["archived"] = archived_stretches() if reads else []
        return TemplateResponse(request, "console/trail.html", context, status=status).render()

    discovery = Discovery(AuditEntry.entity_type)
    response: HttpResponse = read(name, answer, actor=viewer, discovery=discovery, get_query=lambda: filters)
    return response


def _acts(request: HttpRequest, asked: Asked, reads: bool) -> dict[str, Any]:
    """One page of acts, and where it continues."""
    viewer: Any = request.user
    collection = TRAIL if viewer.role in READERS else OWN
    given, filters = asked.given, asked.filters
    if "after" in request.GET:
        told = {
            **filters,
            "after": request.GET["after"],
            "page_size": str(SHOWN),
            INCLUDE: "true" if reads else "false",
        }
        page = follow(collection, viewer, told)
        numbers = [row["id"] for row in page.rows]
        entries = collection.scoped(viewer).filter(pk__in=numbers).select_related("user").order_by("id")
        return {
            "acts": sentences_of(entries, viewer),
            "follow": _link(given, reads, after=page.after),
            "following": True,
        }
    found = collection.filtered(viewer, filters)
    if not reads and "action" not in filters:
        found = found.filter(sequence__isnull=False)  # the chained entries have an index of their own
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        found = found.filter(pk__lt=int(before[:18]))
    listed = list(found.select_related("user").order_by("-id")[: SHOWN + 1])
    shown, newest = listed[:SHOWN], listed[0].pk if listed and not before else 0
    return {
        "acts": sentences_of(shown, viewer),
        "older": _link(given, reads, before=shown[-1].pk) if len(listed) > SHOWN else "",
        "follow": _link(given, reads, after=newest) if newest else "",
    }


def _link(given: Mapping[str, str], reads: bool, **place: Any) -> str:
    return f"?{urlencode({**given, **({'reads': 'on'} if reads else {}), **place})}"


def _form(given: Mapping[str, str], reads: bool) -> dict[str, Any]:
    return {
        "given": given,
        "reads": reads,
        "kinds": [(kind, field_label(kind)) for kind in sorted(models_by_type())],
        "actions": [(str(each.value), _(str(each.label))) for each in Verb],
        "filtered": bool(given),
    }


def _chain_status(viewer: Any, given: Mapping[str, str]) -> dict[str, Any]:
    """Whether one record's chain holds, if the page is about one; otherwise the last seal of the whole trail."""
    if not registry["audit.verify"].permits(viewer.role):
        return {}
    kind, number = given.get("reference_type", ""), given.get("reference_id", "")
    if kind and number.isascii() and number.isdigit():
        try:
            verdict = verify_trail(actor=viewer, reference_type=kind, reference_id=int(number[:18]))
        except Refusal:
            return {}
        return {"verdict": verdict}
    return {"checkpoint": Checkpoint.objects.order_by("-pk").first(), "whole": True}
