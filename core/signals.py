"""Django signals from core to the higher layers.

Two of them are evidence. Every save sends `record_saved` and every read sends `record_read`, inside the transaction,
with `send`: a receiver that fails rolls back the operation. Each receiver returns what it recorded; an act that no
receiver recorded is refused. The audit app receives both under the `dispatch_uid` RECORDER; without it the application
does not start.

The other signals are only counted and sent with `send_robust`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.checks import Error
from django.dispatch import Signal
from django.dispatch.dispatcher import NONE_ID

from core.context import current
from core.errors import AuditTrailFailure, UndeclaredError
from core.sql.timeouts import is_outage

RECORDER = "audit_trail"

# sender: the model; record, created, changes: {field: (old, new)}, old is None for a new record
record_saved = Signal(use_caching=True)
# entity_type, reference_id (None for lists), filters: the query, never the results
record_read = Signal()

# operation: its name, or an empty string
answer_replayed = Signal()  # a stored response was replayed for an Idempotency-Key
request_throttled = Signal()  # a rate limit refused a request; limit: its scope
request_uncounted = Signal()  # a request was not counted because the cache did not respond; limit: its scope

EVIDENCE = {"record_saved": record_saved, "record_read": record_read}


def send_saved(record: Any, created: bool, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Record one write of one record, in the transaction of that write. Raises AuditTrailFailure."""
    with trail_failure_on_error():
        responses = record_saved.send(type(record), record=record, created=created, changes=changes)
        _require_recorded(responses)


def send_discovered(entity_type: str, reference_id: int | None, filters: Mapping[str, Any]) -> None:
    """Record one read. Raises AuditTrailFailure."""
    with trail_failure_on_error():
        responses = record_read.send(None, entity_type=entity_type, reference_id=reference_id, filters=filters)
        _require_recorded(responses)


def send_metric(signal: Signal, **what: Any) -> None:
    """Notify metrics receivers, with the current operation."""
    operation = current().operation
    signal.send_robust(None, operation=operation.name if operation else "", **what)


@contextmanager
def trail_failure_on_error() -> Iterator[None]:
    """Convert errors while recording an entry to an audit trail failure, except database outages and timeouts."""
    try:
        yield
    except AuditTrailFailure:
        raise
    except Exception as error:
        if is_outage(error):
            raise
        raise AuditTrailFailure from error


def require_recorder() -> None:
    """Refuse to start without the audit trail. Raises UndeclaredError."""
    if missing := missing_receivers():
        raise UndeclaredError(f"no audit trail receives {', '.join(missing)}")


def check_recorder(**options: Any) -> list[Error]:
    """The same requirement as a Django system check, which also detects receivers disconnected after startup."""
    hint = "Install the audit app; it connects its receivers at startup."
    return [
        Error(f"No audit trail receives core.signals.{name}.", hint=hint, obj=name, id="core.E001")
        for name in missing_receivers()
    ]


def missing_receivers() -> list[str]:
    """The evidence signals that the recorder does not receive from every sender."""
    everything = (RECORDER, NONE_ID)  # Django's lookup key of a receiver with a dispatch_uid and no sender
    return [name for name, signal in EVIDENCE.items() if everything not in {key for key, *_ in signal.receivers}]


def _require_recorded(responses: list[tuple[Any, Any]]) -> None:
    if all(entry is None for _, entry in responses):
        raise UndeclaredError("no receiver recorded this act")
