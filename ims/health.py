"""Health checks for load balancers and containers: liveness and readiness. Neither is part of the API or the policy."""

from functools import cache
from time import monotonic

from django.db import Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.partitions import headroom
from core.codes import Code
from core.errors import Item, Refusal
from core.http.problems import respond
from core.sql.timeouts import is_outage
from ims.observing.metrics import measure_headroom

RETRY_AFTER = 5  # seconds
# Seconds for which a proof holds in this process: anybody may ask.
PROOF_HOLDS = 1
# A new file of one page, a change of the catalogue and a commit that waits for its log: what a full disk, a standby and
# a read-only server refuse.
POSTGRESQL = ("CREATE TEMPORARY TABLE ims_readiness AS SELECT 1 AS written", "DROP TABLE ims_readiness")
# A page of the file, whose number nobody reads.
SQLITE = ("PRAGMA user_version = 1", "PRAGMA user_version = 0")

_proved_at = float(-PROOF_HOLDS)
_headroom: int | None = None


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Liveness: the process responds. The database is not checked, because a restart would not repair it."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Readiness: every migration is applied and the database stores what is written; otherwise a problem document with
    503. `audit_headroom` is the number of entries for which the audit trail has leaves, on PostgreSQL.
    """
    try:
        missing = sorted(last_migrations() - MigrationRecorder(connection).applied_migrations().keys())
        if not missing:
            require_writable()
    except Error as error:
        detail = "The database cannot be written." if is_outage(error) else ""
        return respond(Refusal(Code.DATABASE_UNAVAILABLE, detail, rule="readiness", retry_after=RETRY_AFTER))
    if missing:
        return respond(unmigrated(missing))
    return JsonResponse({"status": "ready"} | ({} if _headroom is None else {"audit_headroom": _headroom}))


def require_writable() -> None:
    """Write something and commit it, and see how much room the trail has. Raises django.db.Error if that fails."""
    global _proved_at, _headroom  # noqa: PLW0603 - nothing but a limit on how often it is asked
    if monotonic() - _proved_at < PROOF_HOLDS:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)
    _headroom = headroom(connection)
    measure_headroom(_headroom)
    _proved_at = monotonic()


@cache
def last_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, as (app, name); constant while the process runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def unmigrated(missing: list[tuple[str, str]]) -> Refusal:
    """The response before `manage.py migrate` has run."""
    return Refusal(
        Code.DATABASE_UNAVAILABLE,
        "The database schema is out of date: migrations are missing.",
        rule="readiness",
        errors=[Item("migration_missing", f"{app}.{name} is not applied.") for app, name in missing],
        next="Run manage.py migrate.",
        retry_after=RETRY_AFTER,
    )
