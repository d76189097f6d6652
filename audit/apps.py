from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import checkpoints, operations, proving, receivers  # noqa: F401 - all but the last declare operations

        receivers.connect()
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="audit.triggers")


def install_triggers(**options: Any) -> None:
    """Reinstall the append-only triggers, which migrations that rebuild the table drop."""
    from django.db import connections

    from audit.triggers import install

    install(connections[options["using"]])
