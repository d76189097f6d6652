"""Every refusal is returned as an RFC 9457 problem document; this module is the only one that writes them."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.codes import Code
from core.context import current, new_request_id
from core.errors import Refusal
from core.http.handoffs import handoff_body
from core.json import ProblemRenderer, dumps
from core.operations.bodies import refuse_shape
from core.sql.integrity import explain
from core.sql.timeouts import is_outage, timeout_reason

log = logging.getLogger("ims.refusals")

R = TypeVar("R", bound=HttpResponseBase)

MEDIA_TYPE = ProblemRenderer.media_type
# Statuses whose problem documents list the permitted roles, because another person or a later time could succeed.
EXPLAINED = (status.HTTP_403_FORBIDDEN, status.HTTP_409_CONFLICT)

# Framework exceptions and their codes in the contract.
FRAMEWORK_CODES: tuple[tuple[type[Exception], Code], ...] = (
    (Http404, Code.NOT_FOUND),
    (exceptions.NotFound, Code.NOT_FOUND),
    (exceptions.NotAuthenticated, Code.NOT_AUTHENTICATED),
    (exceptions.AuthenticationFailed, Code.NOT_AUTHENTICATED),
    (exceptions.PermissionDenied, Code.ROLE_NOT_PERMITTED),
    (exceptions.MethodNotAllowed, Code.METHOD_NOT_ALLOWED),
    (exceptions.NotAcceptable, Code.NOT_ACCEPTABLE),
    (exceptions.UnsupportedMediaType, Code.UNSUPPORTED_MEDIA_TYPE),
    (exceptions.ParseError, Code.MALFORMED_BODY),
    (UnreadablePostError, Code.MALFORMED_BODY),
    (RequestDataTooBig, Code.BODY_TOO_LARGE),
    (TooManyFieldsSent, Code.INVALID_FILTER),
)


def problem(refusal: Refusal, reference_id: Any = None) -> dict[str, Any]:
    """The problem document of a refusal; `reference_id` is the record that the request named as its target.

    Where only a person can help, `handoff` is the ready body for POST /handoffs/; `roles` lists the permitted roles.
    """
    operation = refusal.operation or current().operation
    broken = refusal.meaning.status >= status.HTTP_500_INTERNAL_SERVER_ERROR
    handoff = handoff_body(refusal, operation, current().actor, None if broken else reference_id)
    errors = [item.as_dict() for item in refusal.errors]
    return {
        "type": f"urn:ims:problem:{refusal.code}",
        "title": refusal.meaning.title,
        "status": refusal.meaning.status,
        "detail": refusal.detail,
        "code": str(refusal.code),
        "error_class": str(refusal.meaning.error_class),
        "sop": list(operation.sop) if operation else [],
        "rule": refusal.rule or "contract",
        "errors": errors or [{"code": str(refusal.code), "detail": refusal.detail}],
        "operation": operation.name if operation else None,
        **({"roles": operation.permitted_roles} if operation and refusal.meaning.status in EXPLAINED else {}),
        "next": refusal.next,
        "transfer_to_human": refusal.meaning.human,
        **({"handoff": handoff} if handoff else {}),
        "request_id": current().request_id or new_request_id(),
    }


def as_refusal(error: Exception) -> Refusal | None:
    """Map an exception to a refusal; None for a programming error."""
    if isinstance(error, Refusal):
        return error
    for kind, translate in TRANSLATIONS:
        if isinstance(error, kind):
            return translate(error)
    for kind, code in FRAMEWORK_CODES:
        if isinstance(error, kind):
            return Refusal(code, str(getattr(error, "detail", "") or ""), rule="contract")
    return None


def _throttled(error: Any) -> Refusal:
    return Refusal(Code.THROTTLED, retry_after=int(error.wait or 1), rule="rate_limit")


def _violated(error: Any) -> Refusal:
    return explain(error, current().actor)


def _unstorable(error: Any) -> Refusal:
    return Refusal(Code.VALIDATION_ERROR, "The database cannot store one of the values.", rule="validation_first")


def _internal(error: Any) -> Refusal | None:
    return _unavailable(error) if is_outage(error) else None


def _unavailable(error: Any) -> Refusal:
    return Refusal(Code.DATABASE_UNAVAILABLE, timeout_reason(error), rule="tool_failure_halts", retry_after=1)


# Exceptions that need more than a code. A statement that the database rejects is a defect, not an outage.
TRANSLATIONS: tuple[tuple[type[Exception], Callable[[Any], Refusal | None]], ...] = (
    (exceptions.ValidationError, lambda error: refuse_shape(error.detail)),
    (exceptions.Throttled, _throttled),
    (IntegrityError, _violated),
    (DataError, _unstorable),
    (OperationalError, _unavailable),
    (InterfaceError, _unavailable),
    (InternalError, _internal),
)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: refusals become problem documents, defects a 500 without details."""
    set_rollback()
    refusal = as_refusal(error)
    if refusal is None:
        log.exception("unhandled exception in %s", context.get("view").__class__.__name__)
        refusal = Refusal(Code.INTERNAL_ERROR, rule="contract")
    if isinstance(error, exceptions.MethodNotAllowed):
        context["view"].headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return refused(refusal, context.get("kwargs") or {})


def refused(refusal: Refusal, named: Mapping[str, Any]) -> Response:
    """A refusal as a DRF response; `named` are the path parameters, whose only one is the target's id."""
    document = problem(refusal, named.get("pk") if len(named) == 1 else None)
    headers = headers_of(refusal)
    return attach_refusal(
        refusal, Response(document, status=refusal.meaning.status, content_type=MEDIA_TYPE, headers=headers)
    )


def attach_refusal(refusal: Refusal, response: R) -> R:
    """Attach the refusal to its response, so that metrics and logs need not parse the body."""
    response.refusal = refusal  # type: ignore[attr-defined]
    return response


def headers_of(refusal: Refusal) -> dict[str, str]:
    headers = {}
    if refusal.meaning.status == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Token"
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return headers


def respond(refusal: Refusal) -> HttpResponse:
    """A refusal as a plain Django response, outside DRF."""
    document, status_code, headers = dumps(problem(refusal)), refusal.meaning.status, headers_of(refusal)
    return attach_refusal(refusal, HttpResponse(document, content_type=MEDIA_TYPE, status=status_code, headers=headers))


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(Refusal(Code.MALFORMED_BODY, "The request cannot be parsed.", rule="contract"))


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(Refusal(Code.ROLE_NOT_PERMITTED, rule="contract"))


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail, advice = "There is no such URL.", "URLs end with a slash; GET /api/v1/schema/ describes all of them."
    return respond(Refusal(Code.NOT_FOUND, detail, rule="contract", next=advice))


def handler500(request: HttpRequest) -> HttpResponse:
    return respond(Refusal(Code.INTERNAL_ERROR, rule="contract"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return respond(Refusal(Code.NOT_AUTHENTICATED, "The CSRF token is missing or wrong.", rule="contract"))
