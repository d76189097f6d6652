from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import archives, checkpoints, operations, proving, receivers  # noqa: F401 - all but the last declare operations

        receivers.connect()
        post_migrate.connect(protect_trail, sender=self, dispatch_uid="audit.triggers")


def protect_trail(**options: Any) -> None:
    """Make leaves ahead of need, and reinstall the triggers, which migrations that rebuild the table drop."""
    from django.db import connections

    from audit import partition_guard, partitions, triggers

    database = connections[options["using"]]
    if partitions.is_partitioned(database):
        partitions.make(database, partitions.missing_leaves(database))
    triggers.install(database)
    partition_guard.install(database)
