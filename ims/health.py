"""Health for load balancers and containers: alive, and ready to work. Neither is part of the API or the policy."""

from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.codes import Code
from core.errors import Item, Refusal
from core.http.problems import respond

RETRY_AFTER = 5  # seconds


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nothing of the database: restarting the process would not mend that."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and every migration of this version is applied; else a problem document with 503."""
    try:
        missing = sorted(last_migrations() - MigrationRecorder(connection).applied_migrations().keys())
    except Error:
        return respond(Refusal(Code.DATABASE_UNAVAILABLE, rule="readiness", retry_after=RETRY_AFTER))
    if missing:
        return respond(unmigrated(missing))
    return JsonResponse({"status": "ready"})


@cache
def last_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, as (app, name); they cannot change while the process runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def unmigrated(missing: list[tuple[str, str]]) -> Refusal:
    """The answer while `manage.py migrate` has not been run yet."""
    return Refusal(
        Code.DATABASE_UNAVAILABLE,
        "The database is not at this version yet: migrations are missing.",
        rule="readiness",
        errors=[Item("migration_missing", f"{app}.{name} is not applied.") for app, name in missing],
        next="Run manage.py migrate.",
        retry_after=RETRY_AFTER,
    )
