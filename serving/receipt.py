"""Recognises when a whole HTTP/1.1 request has arrived. It decides nothing else: gunicorn parses it afterwards."""

from enum import Enum

END_OF_HEAD = b"\r\n\r\n"
# Beyond what gunicorn's own limits let through (gunicorn.conf.py).
MOST_HEAD = 65_536
# Of a Content-Length: more of them are too large anyway.
DIGITS = 18


class Outcome(Enum):
    """What arrived so far: not all of it, all of it, or so much that it is answered without the rest."""

    PARTIAL = "partial"
    WHOLE = "whole"
    OVERSIZE = "oversize"
    HEAD_TOO_LARGE = "head too large"


class Receipt:
    """The bytes of one request. What is not HTTP counts as whole: gunicorn refuses it.

    `most` is the number of bytes that a body may have. `is_awaited` tells that the client waits for `100 Continue`.
    """

    def __init__(self, most: int, received: bytes = b"") -> None:
        self.data, self.most = bytearray(), most
        self.head = 0  # where the body begins, once the headers are complete
        self.outcome, self.is_awaited = Outcome.PARTIAL, False
        self._length, self._is_chunked, self._place = 0, False, 0
        if received:
            self.feed(received)

    def feed(self, received: bytes) -> None:
        before = len(self.data)
        self.data += received
        if not self.head:
            self._find_head(max(0, before - len(END_OF_HEAD) + 1))
        if self.head and self.outcome is Outcome.PARTIAL:
            self.outcome = self._chunks() if self._is_chunked else self._body()

    def _find_head(self, start: int) -> None:
        end = self.data.find(END_OF_HEAD, start)
        if end < 0:
            self.outcome = Outcome.HEAD_TOO_LARGE if len(self.data) > MOST_HEAD else Outcome.PARTIAL
            return
        self.head = self._place = end + len(END_OF_HEAD)
        self._read_head(bytes(self.data[:end]).lower())

    def _read_head(self, head: bytes) -> None:
        fields = [line.partition(b":")[::2] for line in head.split(b"\r\n")[1:]]
        lengths = [value.strip() for name, value in fields if name == b"content-length"]
        codings = [value.strip() for name, value in fields if name == b"transfer-encoding"]
        self.is_awaited = any(name == b"expect" and value.strip() == b"100-continue" for name, value in fields)
        self._is_chunked = codings == [b"chunked"]
        if (lengths and codings) or len(lengths) > 1 or not all(each.isdigit() for each in lengths):
            self.outcome = Outcome.WHOLE  # ambiguous: refused without its body
            return
        self._length = int(lengths[0][:DIGITS]) if lengths else 0

    def _body(self) -> Outcome:
        if self._length > self.most:
            return Outcome.OVERSIZE
        return Outcome.WHOLE if len(self.data) >= self.head + self._length else Outcome.PARTIAL

    def _chunks(self) -> Outcome:
        """Follow the sizes of the chunks to the last one, and to the end of what follows it."""
        while True:
            if self._length > self.most:
                return Outcome.OVERSIZE
            end = self.data.find(b"\r\n", self._place)
            if end < 0:
                return Outcome.WHOLE if len(self.data) - self._place > MOST_HEAD else Outcome.PARTIAL
            try:
                size = int(bytes(self.data[self._place : end]).partition(b";")[0], 16)
            except ValueError:
                return Outcome.WHOLE
            if size <= 0:
                return Outcome.WHOLE if self.data.find(END_OF_HEAD, end) >= 0 else Outcome.PARTIAL
            if end + 2 + size + 2 > len(self.data):
                return Outcome.OVERSIZE if self._length + size > self.most else Outcome.PARTIAL
            self._place, self._length = end + 2 + size + 2, self._length + size
