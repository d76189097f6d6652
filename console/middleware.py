"""The console's middleware: sets the actor from the session, activates the user's time zone, renders refusals as
pages.
"""

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import logout
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from console.errors import is_console, refuse
from core.codes import Code
from core.context import bind
from core.errors import Refusal
from core.formats.request_size import check_bounds
from core.http.problems import as_refusal
from core.http.throttles import AddressLimit, CallerLimit, enforce
from users.sessions import live_session


class ConsoleMiddleware:
    """Applies to console paths only; it must come after the authentication middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_console(request):
            return self.get_response(request)
        try:
            check_bounds(request)
            check_query(request)
            enforce(request, CallerLimit, AddressLimit)
        except Refusal as refusal:
            return refuse(refusal)
        zone, session = None, None
        if request.user.is_authenticated:
            session = live_session(request.session.session_key or "", request.user)
            if session is None:
                logout(request)
        if request.user.is_authenticated:
            bind(actor=request.user, session=session)
            zone = zone_of(request.user.timezone)
            if request.user.lacks_second_factor and request.path_info not in _open_to_all():
                return HttpResponseRedirect(reverse("admin:second_factor"))
        with timezone.override(zone), translation.override(_language(request)):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal or a database failure as a page; any other exception is a defect and leads to the 500 page."""
        if not is_console(request):
            return None
        refusal = error if isinstance(error, Refusal) else _of_database(error)
        return refuse(refusal, request) if refusal is not None else None


@cache
def _open_to_all() -> frozenset[str]:
    """The pages of an account that must first enrol its second factor."""
    return frozenset(reverse(f"admin:{name}") for name in ("second_factor", "login", "logout"))


def _language(request: HttpRequest) -> str:
    """The language that the browser asks for, if there is a catalogue of it."""
    several = len(settings.LANGUAGES) > 1
    return translation.get_language_from_request(request) if several else settings.LANGUAGE_CODE


def check_query(request: HttpRequest) -> None:
    """Refuse characters that no record can contain, before a query fails on them."""
    if any("\0" in value for values in request.GET.lists() for value in (values[0], *values[1])):
        raise Refusal(Code.INVALID_FILTER, "The URL contains characters that no record can contain.", rule="contract")


def _of_database(error: Exception) -> Refusal | None:
    return as_refusal(error) if isinstance(error, DatabaseError | InterfaceError) else None


def zone_of(name: str) -> ZoneInfo | None:
    """A user's time zone; None (the server's) if this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
