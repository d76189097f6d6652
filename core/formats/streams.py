"""Streamed tables: memory use is constant for any number of records."""

import logging
from collections.abc import Callable, Iterator
from contextvars import Context, copy_context

from django.db import close_old_connections, connection
from django.http import StreamingHttpResponse
from rest_framework.request import Request

from core.json import TableRenderer

log = logging.getLogger("ims.streams")

CONTENT_TYPE = f"{TableRenderer.media_type}; charset=utf-8"


def wants_table(request: Request) -> bool:
    """Whether the Accept header prefers a table."""
    return isinstance(getattr(request, "accepted_renderer", None), TableRenderer)


def stream(
    chunks: Iterator[str], request: Request, release: Callable[[], None] = lambda: None
) -> StreamingHttpResponse:
    """A table as an attachment, named after the last segment of its path.

    The first chunk is produced immediately, so an invalid request is still refused with a problem document. `release`
    is called when the response is closed: after its end, or when the client has gone.
    """
    try:
        first = next(chunks, "")
    except BaseException:
        release()
        raise
    rest = iter(()) if request.method == "HEAD" else chunks
    name = request.path.rstrip("/").rpartition("/")[2]
    response = StreamingHttpResponse(
        _encoded_chunks(first, rest, copy_context()),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
    response._resource_closers.append(release)  # type: ignore[attr-defined]  # what close() calls
    return response


def _encoded_chunks(first: str, chunks: Iterator[str], request_context: Context) -> Iterator[bytes]:
    """Produce each chunk within the request's context, which has ended when the chunks are iterated.

    No database connection is held while a chunk is sent, so slow clients do not exhaust the pool. An error aborts the
    transfer: a truncated table must not look complete.
    """
    chunk: str | None = first
    try:
        while chunk is not None:
            _release_connection()
            yield chunk.encode()
            chunk = request_context.run(next, chunks, None)
    except Exception:
        request_context.run(log.exception, "table transfer failed")
        raise


def _release_connection() -> None:
    """Return the connection to its pool, except within a transaction, which closing would lose."""
    if not connection.in_atomic_block:
        close_old_connections()
