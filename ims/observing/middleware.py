"""One log line and one count for each request: actor, operation, duration; no path, query or body."""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.errors import Refusal
from ims.observing.metrics import BROKEN_STREAMS, IN_PROGRESS, measure, measure_refusal
from ims.observing.names import operation_label, route_of
from ims.observing.security import log_refusal
from ims.observing.statements import Statements
from ims.observing.streams import ObservedStream, is_generated

log = structlog.stdlib.get_logger("ims.requests")


class ObservingMiddleware:
    """Must be inside the request context, which has the actor and the operation, and outside all other middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started, statements = time.perf_counter(), Statements()

        def ended(broken: bool) -> None:
            IN_PROGRESS.dec()
            observe(request, response, time.perf_counter() - started, statements.count, broken=broken)

        IN_PROGRESS.inc()
        try:
            with connection.execute_wrapper(statements):
                response = self.get_response(request)
        except BaseException:
            IN_PROGRESS.dec()
            raise
        if is_generated(response):
            response.streaming_content = ObservedStream(iter(response), statements, ended)
        else:
            ended(broken=False)
        return response


def observe(
    request: HttpRequest, response: HttpResponseBase, seconds: float, statements: int, *, broken: bool = False
) -> None:
    """Count the request and write its log line. A response whose transfer failed keeps the status that was sent."""
    operation, method, status = operation_label(request), request.method or "", response.status_code
    refusal: Refusal | None = getattr(response, "refusal", None)
    measure(method=method, operation=operation, status=status, seconds=seconds, statements=statements)
    if refusal is not None:
        measure_refusal(refusal, operation)
        log_refusal(refusal, method, route_of(request))
    if broken:
        BROKEN_STREAMS.labels(operation).inc()
    log.log(
        logging.ERROR if broken or status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO,
        "request",
        method=method,
        route=route_of(request),
        status=status,
        code=str(refusal.code) if refusal is not None else None,
        duration_ms=round(seconds * 1000, 1),
        statements=statements,
        broken_off=True if broken else None,
    )
