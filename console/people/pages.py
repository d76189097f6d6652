"""The viewer's own account, and the activation of a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from console.operations.availability import address_of_act
from console.operations.labels import value_label
from console.operations.refusals import Explained
from console.shift.pages import page
from core.errors import Refusal
from core.http.problems import problem
from core.http.throttles import LoginLimit, enforce
from core.operations.dispatch import Discovery
from core.operations.registry import registry
from users.models import ConsoleSession, Token, User
from users.sessions import session_of
from users.views import activate_account

MOST = 50


def own_account(site: Any, request: HttpRequest) -> HttpResponse:
    """The viewer's profile, live tokens and console sessions."""
    viewer: Any = request.user

    def build() -> dict[str, Any]:
        now = timezone.now()
        tokens = Token.objects.of(viewer).filter(revoked_at__isnull=True, expires_at__gt=now).select_related("use")
        sessions = ConsoleSession.objects.of(viewer).filter(ended_at__isnull=True, expires_at__gt=now)
        here = session_of(request.session.session_key or "", viewer).pk
        return {
            "title": _("My account"),
            "facts": _facts(viewer),
            "tokens": tokens.order_by("-pk")[:MOST],
            "sessions": [{"record": each, "here": each.pk == here} for each in sessions.order_by("-pk")[:MOST]],
            "end_access": address_of_act("user.end_access", viewer.pk),
        }

    return page(
        site, request, "console/account.html", build, Discovery(User.entity_type, viewer.pk, {"view": "account"})
    )


def _facts(viewer: User) -> list[tuple[str, str]]:
    return [
        (_("Name"), viewer.name),
        (_("E-mail"), viewer.email),
        (_("Role"), _(viewer.get_role_display())),
        (_("Department"), value_label(viewer.department)),
        (_("Time zone"), viewer.timezone),
    ]


def activation(site: Any, request: HttpRequest) -> HttpResponse:
    """Set the first password of an account with both shares of its activation."""
    context: dict[str, Any] = {**site.each_context(request), "title": _("Activate your account")}
    context |= {"is_nav_sidebar_enabled": False, "has_permission": False}
    if request.method != "POST":
        return TemplateResponse(request, "console/activation.html", context)
    enforce(request, LoginLimit)
    given = request.POST
    if given.get("password") != given.get("repeated"):
        return TemplateResponse(request, "console/activation.html", {**context, "differ": True}, status=400)
    shares = [given.get("first", "").strip(), given.get("second", "").strip()]
    try:
        activate_account(Request(request), {"shares": shares, "password": given.get("password", "")})
    except Refusal as refusal:
        explained = Explained(registry["access.activate"], problem(refusal), whole=True)
        shown = {**context, "refused": explained, "form": True}
        return TemplateResponse(request, "console/activation.html", shown, status=refusal.meaning.status)
    return TemplateResponse(request, "console/activation.html", {**context, "done": True})
