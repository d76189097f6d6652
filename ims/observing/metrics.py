"""The metrics. Every label has few values: names of operations, codes, methods; never paths, people or records.

Each worker process writes its own file, as configured in gunicorn.conf.py; the process that serves /metrics adds them
up.
"""

from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from core.codes import Code
from core.errors import Refusal
from core.signals import answer_replayed, request_throttled, request_uncounted

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter("ims_requests_total", "Requests completed.", ["method", "operation", "status"])
IN_PROGRESS = Gauge("ims_requests_in_progress", "Requests in progress.", multiprocess_mode="livesum")
SECONDS = Histogram(
    "ims_request_seconds",
    "Time from the request's arrival in the application to its response; for tables, to the end of the transfer.",
    ["operation"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STATEMENTS = Histogram(
    "ims_request_statements",
    "Database statements of a request, except those that begin and end transactions.",
    ["operation"],
    buckets=(0, 2, 5, 8, 12, 20, 50, 100),
)
REFUSALS = Counter(
    "ims_refusals_total", "Requests refused, by the code of the problem document.", ["code", "operation"]
)
BROKEN_STREAMS = Counter("ims_broken_streams_total", "Tables whose transfer failed.", ["operation"])
AUDIT_FAILURES = Counter(
    "ims_audit_failures_total", "Requests rolled back because the audit trail could not be written."
)
AUDIT_HEADROOM = Gauge(
    "ims_audit_headroom",
    "Entries for which the audit trail has leaves on PostgreSQL, when /readyz last looked.",
    multiprocess_mode="mostrecent",
)
THROTTLED = Counter("ims_throttled_total", "Requests beyond a rate limit.", ["limit"])
UNCOUNTED = Counter("ims_uncounted_total", "Requests not counted because the cache of a rate limit failed.", ["limit"])
REPLAYS = Counter("ims_replays_total", "Responses replayed for an Idempotency-Key.", ["operation"])


def measure(*, method: str, operation: str, status: int, seconds: float, statements: int) -> None:
    """Count one completed request."""
    REQUESTS.labels(method if method in METHODS else "other", operation, status).inc()
    SECONDS.labels(operation).observe(seconds)
    STATEMENTS.labels(operation).observe(statements)


def measure_refusal(refusal: Refusal, operation: str) -> None:
    REFUSALS.labels(refusal.code, operation).inc()
    if refusal.code is Code.AUDIT_TRAIL_FAILURE:
        AUDIT_FAILURES.inc()


def measure_headroom(entries: int | None) -> None:
    if entries is not None:
        AUDIT_HEADROOM.set(entries)


def connect() -> None:
    """Receive core's metric signals."""
    answer_replayed.connect(_replayed, dispatch_uid="metrics")
    request_throttled.connect(_throttled, dispatch_uid="metrics")
    request_uncounted.connect(_uncounted, dispatch_uid="metrics")


def _replayed(operation: str, **kwargs: Any) -> None:
    REPLAYS.labels(operation).inc()


def _throttled(limit: str, **kwargs: Any) -> None:
    THROTTLED.labels(limit).inc()


def _uncounted(limit: str, **kwargs: Any) -> None:
    UNCOUNTED.labels(limit).inc()
