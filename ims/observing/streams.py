"""Streamed responses: their duration, statements and end are attributed to the request."""

from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import TypeGuard

from django.db import connection
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from ims.observing.statements import Statements


class ObservedStream(Iterator[bytes]):
    """The chunks of a response; `ended` is called once, with whether the transfer failed, in the request's context.

    A client that disconnects ends the response early; that is not a failure.
    """

    def __init__(self, pieces: Iterator[bytes], statements: Statements, ended: Callable[[bool], None]) -> None:
        self.pieces, self.statements, self.ended, self.context = pieces, statements, ended, copy_context()
        self.open = True

    def __next__(self) -> bytes:
        try:
            with connection.execute_wrapper(self.statements):
                return next(self.pieces)
        except StopIteration:
            self.close()
            raise
        except Exception:
            self._end(broken=True)
            raise

    def close(self) -> None:
        """Called by the server at the end of the response, however it ended."""
        self._end(broken=False)

    def _end(self, *, broken: bool) -> None:
        if self.open:
            self.open = False
            self.context.run(self.ended, broken)


def is_generated(response: HttpResponseBase) -> TypeGuard[StreamingHttpResponse]:
    """Whether a response is generated while it is sent; a file is not, and servers send it more efficiently."""
    return response.streaming and not isinstance(response, FileResponse)
