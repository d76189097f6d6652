"""What core tells the floors above it, as Django signals.

Two are evidence. `record_saved` is sent by every save and `record_read` by every read, inside the transaction, with
`send`: a receiver that fails undoes the act. Each receiver returns what it recorded, and what nobody recorded does not
happen. The audit app receives both under the `dispatch_uid` RECORDER; without it the installation does not start.

The others are only counted, and decide nothing: they are sent with `send_robust`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.checks import Error
from django.dispatch import Signal
from django.dispatch.dispatcher import NONE_ID

from core.context import current
from core.errors import AuditTrailFailure, Undeclared
from core.sql.timeouts import is_outage

RECORDER = "audit_trail"

# sender: the model; record, created, changes: {field: (old, new)}, old is None for a new record
record_saved = Signal(use_caching=True)
# entity_type, reference_id (None for lists), filters: what was asked for, never what was found
record_read = Signal()

# operation: its name, or empty
answer_replayed = Signal()  # the answer to an Idempotency-Key was given again
request_throttled = Signal()  # a limit refused a request; limit: its scope
request_uncounted = Signal()  # a limit let a request through because its cache did not answer; limit: its scope

EVIDENCE = {"record_saved": record_saved, "record_read": record_read}


def send_saved(record: Any, created: bool, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Have one write of one record recorded, in the transaction of that write. Raises AuditTrailFailure."""
    with trail_failure_on_error():
        told = record_saved.send(type(record), record=record, created=created, changes=changes)
        _require_recorded(told)


def send_discovered(entity_type: str, reference_id: int | None, filters: Mapping[str, Any]) -> None:
    """Have one read recorded. Raises AuditTrailFailure."""
    with trail_failure_on_error():
        told = record_read.send(None, entity_type=entity_type, reference_id=reference_id, filters=filters)
        _require_recorded(told)


def send_metric(signal: Signal, **what: Any) -> None:
    """Tell whoever counts, in the current operation."""
    operation = current().operation
    signal.send_robust(None, operation=operation.name if operation else "", **what)


@contextmanager
def trail_failure_on_error() -> Iterator[None]:
    """What keeps an entry from being written is a failure of the trail; that the database is away or busy is not."""
    try:
        yield
    except AuditTrailFailure:
        raise
    except Exception as error:
        if is_outage(error):
            raise
        raise AuditTrailFailure from error


def require_recorder() -> None:
    """Refuse to start without the audit trail. Raises Undeclared."""
    if missing := missing_receivers():
        raise Undeclared(f"no audit trail receives {', '.join(missing)}")


def check_recorder(**options: Any) -> list[Error]:
    """Django's system check for the same: it also sees what was disconnected after the start."""
    hint = "Install the audit app; it connects its receivers when it starts."
    return [
        Error(f"No audit trail receives core.signals.{name}.", hint=hint, obj=name, id="core.E001")
        for name in missing_receivers()
    ]


def missing_receivers() -> list[str]:
    """The signals of evidence that the recorder does not receive from every sender."""
    everything = (RECORDER, NONE_ID)  # under what Django keeps a receiver with a dispatch_uid and no sender
    return [name for name, signal in EVIDENCE.items() if everything not in {key for key, *_ in signal.receivers}]


def _require_recorded(told: list[tuple[Any, Any]]) -> None:
    if all(entry is None for _, entry in told):
        raise Undeclared("no receiver recorded this")
