"""The source of the pack's timeline: a higher layer composes the timeline and registers it at startup."""

from collections.abc import Callable, Iterable
from typing import Any

from core.errors import UndeclaredError

Timeline = Callable[[int, Any], Iterable[Any]]


class TimelineSource:
    """The registered function that reads an incident's timeline for a viewer, oldest entry first."""

    def __init__(self) -> None:
        self._read: Timeline | None = None

    def register(self, read: Timeline) -> None:
        self._read = read

    def __call__(self, incident_id: int, viewer: Any) -> Iterable[Any]:
        """The entries. Raises UndeclaredError when no app registered a timeline."""
        if self._read is None:
            raise UndeclaredError("no timeline is registered for the auditor's pack")
        return self._read(incident_id, viewer)


timeline_source = TimelineSource()
