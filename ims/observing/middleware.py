"""One log line and one count for each request: who, what, how long; no path, no query, no body."""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse

from core.errors import Refusal
from ims.observing.metrics import IN_PROGRESS, measure, measure_refusal
from ims.observing.names import operation_label, route_of
from ims.observing.statements import Statements

log = structlog.stdlib.get_logger("ims.requests")


class ObservingMiddleware:
    """Stands inside the request's context, which knows the actor and the operation, and outside all else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started, statements = time.perf_counter(), Statements()
        with IN_PROGRESS.track_inprogress(), connection.execute_wrapper(statements):
            response = self.get_response(request)
        observe(request, response, time.perf_counter() - started, statements.count)
        return response


def observe(request: HttpRequest, response: HttpResponse, seconds: float, statements: int) -> None:
    """Count the request and write its line."""
    operation, method, status = operation_label(request), request.method or "", response.status_code
    refusal: Refusal | None = getattr(response, "refusal", None)
    measure(method=method, operation=operation, status=status, seconds=seconds, statements=statements)
    if refusal is not None:
        measure_refusal(refusal, operation)
    log.log(
        logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO,
        "request",
        method=method,
        route=route_of(request),
        status=status,
        code=str(refusal.code) if refusal is not None else None,
        duration_ms=round(seconds * 1000, 1),
        statements=statements,
    )
