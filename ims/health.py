"""Health checks for load balancers and containers: liveness and readiness. Neither is part of the API or the policy."""

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
    """Liveness: the process responds. The database is not checked, because a restart would not repair it."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Readiness: the database responds and every migration is applied; otherwise a problem document with 503."""
    try:
        missing = sorted(last_migrations() - MigrationRecorder(connection).applied_migrations().keys())
    except Error:
        return respond(Refusal(Code.DATABASE_UNAVAILABLE, rule="readiness", retry_after=RETRY_AFTER))
    if missing:
        return respond(unmigrated(missing))
    return JsonResponse({"status": "ready"})


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
