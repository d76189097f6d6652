"""Routes, denied by default: at startup every route must name an operation, and every REST operation must have a
route.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from core.errors import UndeclaredError
from core.http.permissions import OPERATION_PERMISSIONS
from core.http.views import ListViewSet, OperationView
from core.operations.registry import EntryPoint, Operation, registry

API_PREFIX = "api/v1/"


class Router(SimpleRouter):
    def add(self, path: str, viewset: type[ListViewSet]) -> None:
        """Route a collection under `/path/`."""
        self.register(path, viewset, basename=path)


def endpoints(patterns: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every (endpoint, operation name) that the patterns below API_PREFIX route to. Raises UndeclaredError."""
    for pattern in patterns:
        path = prefix + _text(pattern)
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith(API_PREFIX):
            yield from _of_view(pattern.callback, "/" + path.removeprefix(API_PREFIX))


def register_routes(patterns: Iterable[Any]) -> None:
    """Register the endpoints of every operation.

    Raises UndeclaredError for a route without an operation, a GET route of a write, a REST operation without a route, a
    command with a route, and an operation that is partial (PATCH) at one endpoint and complete at another.
    """
    found: dict[str, set[str]] = {}
    for endpoint, name in endpoints(patterns):
        found.setdefault(name, set()).add(endpoint)
    for operation in registry:
        _verify(operation, found.get(operation.name, set()))
    registry.routed(found)


def _verify(operation: Operation, routes: set[str]) -> None:
    if bool(routes) != (operation.entry_point is EntryPoint.REST):
        raise UndeclaredError(f"{operation.name} is for {operation.entry_point} and has the routes {sorted(routes)}")
    methods = {endpoint.partition(" ")[0] for endpoint in routes}
    if operation.writes and "GET" in methods:
        raise UndeclaredError(f"{operation.name} writes but has a GET route: {sorted(routes)}")
    if "PATCH" in methods and len(methods) > 1:
        raise UndeclaredError(f"{operation.name} has a body that is partial for PATCH and complete for others")


def _of_view(callback: Any, path: str) -> Iterator[tuple[str, str]]:
    view = getattr(callback, "cls", None)
    if view is None or not issubclass(view, OperationView):
        raise UndeclaredError(f"the route {path} has a view without operations")
    classes = callback.initkwargs.get("permission_classes", view.permission_classes)
    if tuple(classes) != OPERATION_PERMISSIONS:
        raise UndeclaredError(f"the view of the route {path} omits permission classes of core.http.permissions")
    for method, action in callback.actions.items():
        if method != "head":
            yield f"{method.upper()} {path}", registry[view.operation_name(action)].name


def _text(pattern: Any) -> str:
    return readable(str(pattern.pattern))


def readable(route: str) -> str:
    """A route as in the contract: `{id}` for the record, `{item_id}` for one inside it."""
    text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", route)
    text = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)
    text = re.sub(r"\^|\$|\\Z", "", text)
    return text.replace("{pk}", "{id}").replace("\\", "")
