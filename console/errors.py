"""Errors: HTML pages for the console, problem documents everywhere else."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.codes import Code
from core.context import current
from core.errors import Refusal
from core.http import problems

PREFIX = "/console"

SENTENCES = {
    400: _lazy("The request cannot be parsed."),
    403: _lazy("Your role is not permitted to open this."),
    404: _lazy("The page was not found, or the record is not in your scope."),
    500: _lazy("Internal server error. Nothing was written."),
    503: _lazy("Nothing was written. Try again later."),
}


def is_console(request: HttpRequest) -> bool:
    path: str = request.path_info
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def page(
    status: int,
    sentence: str = "",
    headers: dict[str, str] | None = None,
    request: HttpRequest | None = None,
    *,
    english: bool = False,
) -> HttpResponse:
    """An error as a page: inside the console for its users, static where that could fail as well.

    `english` is for sentences of the API, which are not translated.
    """
    facts = {
        "status": status,
        "title": _(HTTPStatus(status).phrase),
        "sentence": sentence or SENTENCES.get(status, ""),
        "english": english,
        "request_id": current().request_id,
    }
    if request is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR and _is_inside(request):
        context = {**admin.site.each_context(request), **facts}
        html = render_to_string("console/error_inside.html", context, request)
    else:
        html = render_to_string("console/error.html", facts)
    return HttpResponse(html, status=status, headers=headers)


def _is_inside(request: HttpRequest) -> bool:
    return bool(hasattr(request, "user") and admin.site.has_permission(request))


def refuse(refusal: Refusal, request: HttpRequest | None = None) -> HttpResponse:
    """A refusal as a page."""
    headers = problems.headers_of(refusal)
    return problems.attach_refusal(
        refusal, page(refusal.meaning.status, refusal.detail, headers, request, english=True)
    )


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(400, request=request) if is_console(request) else problems.handler400(request, exception)


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(403, request=request) if is_console(request) else problems.handler403(request, exception)


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(404, request=request) if is_console(request) else problems.handler404(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    return page(500) if is_console(request) else problems.handler500(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if not is_console(request):
        return problems.csrf_failure(request, reason)
    return page(403, _("The form has expired. Go back, reload the page and send it again."), request=request)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """The response to a locked-out login. The API returns its own problem document earlier."""
    if isinstance(response, HttpResponse) and not is_console(request):
        return response
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    detail = "Too many failed logins. Wait and try again."
    return refuse(Refusal(Code.LOCKED_OUT, detail, rule="login_lockout", retry_after=wait))
