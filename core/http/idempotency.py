"""Safe retries: a write repeated with the same Idempotency-Key and body runs once; a repeat gets the stored response.

The response is stored in the transaction of the write, so neither exists without the other. Concurrent repeats
serialise on the unique key in the database. A refusal rolls back everything, including the key, so a repeat runs again;
a refusal that leaves a record behind (a failed report) is stored like a success.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
import rfc8785
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.codes import Code
from core.errors import Item, Refusal, invalid
from core.http.problems import MEDIA_TYPE, refused
from core.json import dumps
from core.models import KeptAnswer
from core.signals import answer_replayed, send_metric
from core.sql.locking import locking
from core.sql.transactions import in_transaction

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY = re.compile(r"[!-~]{1,255}\Z")
RETENTION = timedelta(hours=24)
# Expired responses to delete with each request that sends a key.
CLEANUP_BATCH = 100
# Headers that are stored and replayed with the body.
REPLAYED_HEADERS = ("ETag", "Retry-After")


def idempotent(request: Request, path_params: Mapping[str, Any], perform: Callable[[], Response]) -> Response:
    """Execute a write, or return the stored response of its key and body.

    Arguments: the request, its path parameters, and the function that executes it. Requests without a key are executed
    directly. Raises Refusal: validation_error (the key is malformed), idempotency_conflict (it was used for another
    request).
    """
    key = read_key(request)
    if key is None:
        return perform()
    return once(request.user, key, request_digest(request), path_params, perform)


def once(user: Any, key: str, digest: str, path_params: Mapping[str, Any], perform: Callable[[], Response]) -> Response:
    """Execute a write unless the user's key was used before; then return its stored response.

    Arguments: the user, the key, the identity of the request, its path parameters, the function that executes it.
    Raises Refusal: idempotency_conflict.
    """

    def claim_and_perform() -> Response:
        stored, is_first = _claim(user, key, digest)
        if not is_first:
            return _replay(stored, digest)
        response = _response_of(perform, path_params)
        _store(stored, response)
        _delete_expired()
        return response

    return in_transaction(claim_and_perform)


def read_key(request: Request) -> str | None:
    """The Idempotency-Key of a write, if present. Raises Refusal (400)."""
    key = request.headers.get(HEADER)
    if key is not None and not KEY.match(key):
        raise invalid(HEADER, "This header must contain 1 to 255 visible ASCII characters.", "malformed_key")
    return key


def request_digest(request: Request) -> str:
    """The identity of a request: method, path and body, independent of JSON formatting."""
    body = request._request.body
    with suppress(
        ValueError, RecursionError
    ):  # a body that is not JSON, or has no canonical form, is compared byte by byte
        body = rfc8785.dumps(orjson.loads(body))
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).hexdigest()


def _claim(user: Any, key: str, digest: str) -> tuple[KeptAnswer, bool]:
    """The row of a key, and whether this request is the first to use it. An expired row counts as unused."""
    now = timezone.now()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(user=user, key=key, digest=digest, created_at=now), True
    except IntegrityError:
        stored = locking(KeptAnswer.objects).filter(user=user, key=key).first()
    if stored is None:  # it had expired, and a concurrent request has just deleted it
        return _claim(user, key, digest)
    if stored.created_at > now - RETENTION:
        return stored, False
    stored.digest, stored.created_at = digest, now
    return stored, True


def _replay(stored: KeptAnswer, digest: str) -> Response:
    if stored.digest != digest:
        detail = "This key was already used for another request; a new request needs a new key."
        item = Item("idempotency_conflict", detail, HEADER)
        raise Refusal(Code.IDEMPOTENCY_CONFLICT, detail, rule="idempotency_key", errors=[item])
    send_metric(answer_replayed)
    media_type = MEDIA_TYPE if status.is_client_error(stored.status) else None
    headers = {**stored.headers, REPLAYED: "true"}
    return Response(orjson.loads(stored.answer), status=stored.status, headers=headers, content_type=media_type)


def _response_of(perform: Callable[[], Response], path_params: Mapping[str, Any]) -> Response:
    """The response of the first request. A refusal that left a record behind is one; any other propagates."""
    try:
        return perform()
    except Refusal as refusal:
        if refusal.afterwards is None:
            raise
        return refused(refusal, path_params)


def _store(stored: KeptAnswer, response: Response) -> None:
    stored.status, stored.answer = response.status_code, dumps(response.data).decode()
    stored.headers = {name: response[name] for name in REPLAYED_HEADERS if name in response}
    stored.save()


def _delete_expired() -> None:
    """Delete some expired responses. Rows locked by a concurrent cleanup are skipped."""
    expired = KeptAnswer.objects.filter(created_at__lte=timezone.now() - RETENTION).order_by("created_at")
    ids = list(expired.select_for_update(skip_locked=True).values_list("pk", flat=True)[:CLEANUP_BATCH])
    if ids:
        KeptAnswer.objects.filter(pk__in=ids).delete()
