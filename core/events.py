"""What happens inside and is worth counting. Whoever counts it plugs in from above: core names no such library.

Nothing that an observer does may decide anything: an event is told after the fact, and every act is the same without.
"""

from collections.abc import Callable
from enum import StrEnum

from core.context import current

Observer = Callable[["Event", str, str], None]


class Event(StrEnum):
    REPLAYED = "replayed"  # the answer to an Idempotency-Key was given again
    THROTTLED = "throttled"  # a limit refused a request; the detail names the limit
    UNCOUNTED = "uncounted"  # a limit let a request through because its cache did not answer


observers: list[Observer] = []


def observe(observer: Observer) -> None:
    """Tell this function of every event from now on, with the operation it happened in and its detail."""
    if observer not in observers:
        observers.append(observer)


def tell(event: Event, detail: str = "") -> None:
    """Tell every observer of an event in the current operation."""
    operation = current().operation
    for observer in observers:
        observer(event, operation.name if operation else "", detail)
