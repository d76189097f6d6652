"""The console's door: binds the session's user as the actor, keeps their time zone, answers refusals as pages."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.context import bind
from core.errors import Refusal
from core.problems import as_refusal
from ims.console.errors import is_console, page

# The console loads nothing from elsewhere, and nobody may frame it. Its script library evaluates expressions.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)


class ConsoleMiddleware:
    """For the console's paths only; it stands after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_console(request):
            return self.get_response(request)
        if any("\0" in value for values in request.GET.lists() for value in (values[0], *values[1])):
            return page(request, 400, "The address holds characters that no record can hold.")
        zone = None
        if request.user.is_authenticated:
            bind(actor=request.user)
            zone = zone_of(request.user.timezone)
        with timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal, or a database that fails, as a page; anything else is a defect and goes on to the 500 page."""
        if not is_console(request):
            return None
        refusal = error if isinstance(error, Refusal) else _of_database(error)
        return page(request, refusal.meaning.status, refusal.detail) if refusal is not None else None


def _of_database(error: Exception) -> Refusal | None:
    return as_refusal(error) if isinstance(error, DatabaseError | InterfaceError) else None


def zone_of(name: str) -> ZoneInfo | None:
    """A user's time zone; None (the server's) where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
