"""The viewer's second factor: its enrolment with an authenticator app, its recovery codes, and its removal."""

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from console.operations.refusals import Explained
from core.errors import Refusal
from core.http.problems import problem
from core.operations.dispatch import submit
from core.operations.registry import registry
from users.second_factor import decrypted, enrolled, pending, provisioning_uri

# What a button of the page asks for.
OPERATIONS = {
    "begin": "access.begin_second_factor",
    "confirm": "access.confirm_second_factor",
    "remove": "access.remove_second_factor",
}


def second_factor(site: Any, request: HttpRequest) -> HttpResponse:
    """The state of the viewer's second factor; POST begins, confirms or removes one."""
    viewer: Any = request.user
    context: dict[str, Any] = {"title": _("Second factor")}
    status, asked = 200, request.POST.get("ask", "")
    if request.method == "POST" and asked in OPERATIONS:
        body = {"code": request.POST.get("code", "")} if asked == "confirm" else None
        try:
            done = submit(OPERATIONS[asked], actor=viewer, body=body)
            context |= {"codes": done.get("recovery_codes"), "removed": asked == "remove"}
        except Refusal as refusal:
            status = refusal.meaning.status
            context["refused"] = Explained(registry[OPERATIONS[asked]], problem(refusal), whole=True)
        viewer.refresh_from_db()
    return TemplateResponse(
        request,
        "console/second_factor.html",
        {**site.each_context(request), **_navigation(viewer), **context, **_state(viewer, asked)},
        status=status,
    )


def _navigation(viewer: Any) -> dict[str, Any]:
    """An account that can only enrol has nowhere else to go."""
    return {"is_nav_sidebar_enabled": False, "has_permission": False} if viewer.lacks_second_factor else {}


def _state(viewer: Any, asked: str) -> dict[str, Any]:
    factor, begun = enrolled(viewer), pending(viewer)
    state: dict[str, Any] = {
        "factor": factor,
        "left": len(factor.recovery_codes) if factor is not None else 0,
        "required": viewer.needs_second_factor,
    }
    secret = decrypted(begun.secret) if begun is not None and asked in ("begin", "confirm") else None
    if secret is not None:
        code = segno.make(provisioning_uri(viewer, secret))
        state |= {"secret": secret, "qr": code.svg_data_uri(scale=5, light="#fff")}
    return state
