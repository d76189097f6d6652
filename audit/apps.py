from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import checkpoints, operations  # noqa: F401 - declare them
        from audit.sink import Trail
        from core.sockets import sockets

        sockets.audit = Trail()
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="audit.triggers")


def install_triggers(**options: Any) -> None:
    """Reinstall the append-only triggers: a migration that rebuilds the table drops them."""
    from django.db import connections

    from audit.triggers import install

    install(connections[options["using"]])
