"""Answers that are sent while they are made: their time, their statements and their end belong to the request, too."""

from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import TypeGuard

from django.db import connection
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from ims.observing.statements import Statements


class Watched(Iterator[bytes]):
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
        """The server calls this, whatever became of the answer."""
        self._end(broken=False)

    def _end(self, *, broken: bool) -> None:
        if self.open:
            self.open = False
            self.context.run(self.ended, broken)


def is_made_on_the_way(response: HttpResponseBase) -> TypeGuard[StreamingHttpResponse]:
    """Whether an answer is still to be made; a file lies ready, and servers have better ways to send it."""
    return response.streaming and not isinstance(response, FileResponse)
