"""Streamed tables: memory use is constant for any number of records."""

import logging
from collections.abc import Iterator
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


def stream(pieces: Iterator[str], request: Request) -> StreamingHttpResponse:
    """A table as an attachment, named after the last segment of its path.

    The first chunk is produced immediately, so an invalid request is still refused with a problem document.
    """
    first = next(pieces, "")
    rest = iter(()) if request.method == "HEAD" else pieces
    name = request.path.rstrip("/").rpartition("/")[2]
    return StreamingHttpResponse(
        _sent(first, rest, copy_context()),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _sent(first: str, pieces: Iterator[str], act: Context) -> Iterator[bytes]:
    """Produce each chunk within the request's context, which has ended when the chunks are iterated.

    No database connection is held while a chunk is sent, so slow clients do not exhaust the pool. An error aborts the
    transfer: a truncated table must not look complete.
    """
    piece: str | None = first
    try:
        while piece is not None:
            _give_back()
            yield piece.encode()
            piece = act.run(next, pieces, None)
    except Exception:
        act.run(log.exception, "table transfer failed")
        raise


def _give_back() -> None:
    """Return the connection to its pool, except within a transaction, which closing would lose."""
    if not connection.in_atomic_block:
        close_old_connections()
