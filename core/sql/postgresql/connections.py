"""Connections to PostgreSQL that do not wait for a server that has stopped answering without closing them.

A frozen server acknowledges packets, so neither the timeouts of TCP nor those of the server itself end the wait. When a
statement has been silent for a while, the server is asked whether it accepts connections. One that is only busy does.
"""

import select
from collections.abc import Generator
from time import monotonic
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.errors import ConnectionTimeout

R = TypeVar("R")

# Seconds that the server has to answer the question.
PATIENCE = 2
# The statement with which the pool checks a connection.
CHECK = ""
# Seconds after an answer in which a connection counts as alive unless its socket says otherwise. A server that stops or
# is killed closes its sockets at once; only a network that swallows packets goes unnoticed, and that not for long.
FRESH = 1.0


class GuardedConnection(Connection[Any]):
    """A connection that is closed when the server is frozen. `silence` is the number of seconds before it is asked."""

    silence = 3.0
    answered_at = 0.0

    @property
    def is_fresh(self) -> bool:
        """Whether the server has answered a moment ago and has sent nothing since, not even the end of the stream."""
        if monotonic() - self.answered_at > FRESH:
            return False
        socket = select.poll()
        socket.register(self.fileno(), select.POLLIN)
        return not socket.poll(0)

    def execute(self, query: Any, *args: Any, **options: Any) -> Any:
        """Run a statement. The pool's check costs a fresh connection no round trip. When it finds this connection
        dead, the others probably died with it: they are replaced at once, because the pool would try one after the
        other, with growing delays.
        """
        if query == CHECK and not self.closed and self.is_fresh:
            return None
        try:
            return super().execute(query, *args, **options)
        except OperationalError:
            pool = getattr(self, "_pool", None)
            if query == CHECK and pool is not None:
                pool.drain()
            raise

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        return super().wait(self._guarded(gen), *args, **options)

    def _guarded(self, waiting: Generator[Any, Any, R]) -> Generator[Any, Any, R]:
        """The steps of an exchange with the server. Raises OperationalError when it is frozen."""
        ask_at = monotonic() + self.silence
        try:
            wanted = next(waiting)
            while True:
                ready = yield wanted
                if ready:
                    ask_at = monotonic() + self.silence
                elif monotonic() >= ask_at:
                    self._require_answer()
                    ask_at = monotonic() + self.silence
                wanted = waiting.send(ready)
        except StopIteration as done:
            self.answered_at = monotonic()
            answer: R = done.value
            return answer

    def _require_answer(self) -> None:
        """Any answer will do, also that the server has no connections left."""
        try:
            Connection.connect(self.info.dsn, password=self.info.password, connect_timeout=PATIENCE).close()
        except ConnectionTimeout as silent:
            self.pgconn.finish()
            raise OperationalError("the server has stopped answering") from silent
        except OperationalError:
            return
