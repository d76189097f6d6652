"""Labels of a request in metrics and logs: the operation and the route, never the actual path."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from console.errors import is_console
from core.http.routes import readable
from core.reading.discovery import READ

UNROUTED = "unrouted"


def operation_label(request: HttpRequest) -> str:
    """The operation's name; reads share one operation and are labelled by their subject: `incident.list`."""
    if is_console(request):
        return "console"
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    match = request.resolver_match
    if match is None:
        return UNROUTED
    action = getattr(match.func, "actions", {}).get((request.method or "").lower())
    return _name_of(match.func.cls, action) if action else match.url_name or UNROUTED  # type: ignore[attr-defined]


def route_of(request: HttpRequest) -> str | None:
    """The route with parameter names, such as /api/v1/incidents/{id}/; None if there is none."""
    match = request.resolver_match
    return _readable(match.route) if match is not None else None


@cache
def _name_of(view: Any, action: str) -> str:
    name: str = view.operation_name(action)
    if name != READ:
        return name
    collection = getattr(view, "collection", None)
    return f"{collection.entity_type if collection else 'discovery'}.{action}"


@cache
def _readable(route: str) -> str:
    return "/" + readable(route)
