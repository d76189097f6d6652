"""Tables over HTTP, sent while they are read: memory stays flat, however much was found."""

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
    """Whether the caller accepts a table before anything else."""
    return isinstance(getattr(request, "accepted_renderer", None), TableRenderer)


def stream(pieces: Iterator[str], request: Request) -> StreamingHttpResponse:
    """A table as an attachment, named after the end of its path.

    The first piece is made at once: what is wrong with a request is told while a refusal can still be given.
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
    """The pieces, each made within the request's context, which has ended by the time they are asked for.

    No connection to the database is held while a piece is sent: slow readers do not keep others from theirs. What
    fails on the way breaks the transfer off: a table that ends early must not look like a whole one.
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
    """Return the connection to its pool; never within a transaction, which would be lost with it."""
    if not connection.in_atomic_block:
        close_old_connections()
