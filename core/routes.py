"""Deny by default at the start: every route names a declared operation, every operation has the routes it declares."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver

from core.discovery import READ
from core.errors import Undeclared
from core.operations import Door, registry
from core.views import OperationView

API_PREFIX = "api/v1/"


def endpoints(patterns: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every (endpoint, operation name) that the patterns below API_PREFIX route to. Raises Undeclared."""
    for pattern in patterns:
        path = prefix + _text(pattern)
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith(API_PREFIX):
            yield from _of_view(pattern.callback, "/" + path.removeprefix(API_PREFIX))


def verify_routes(patterns: Iterable[Any]) -> None:
    """Raise Undeclared unless routes and registry agree in both directions."""
    routed = {(endpoint, name) for endpoint, name in endpoints(patterns) if name != READ}
    declared = {
        (endpoint, operation.name)
        for operation in registry
        for endpoint in operation.endpoints
        if operation.door is Door.REST and operation.name != READ
    }
    if stray := sorted(routed ^ declared):
        missing = "; ".join(f"{endpoint} ({name})" for endpoint, name in stray)
        raise Undeclared(f"routes and operations disagree on: {missing}")


def _of_view(callback: Any, path: str) -> Iterator[tuple[str, str]]:
    view = getattr(callback, "cls", None)
    if view is None or not issubclass(view, OperationView):
        raise Undeclared(f"the route {path} leads to a view without operations")
    for method, action in callback.actions.items():
        if method != "head":
            yield f"{method.upper()} {path}", registry[view.operation_name(action)].name


def _text(pattern: Any) -> str:
    return readable(str(pattern.pattern))


def readable(route: str) -> str:
    """A route in the form of the contract: `{id}` for the record, `{item_id}` for one inside it."""
    text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", route)
    text = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)
    text = re.sub(r"\^|\$|\\Z", "", text)
    return text.replace("{pk}", "{id}").replace("\\", "")
