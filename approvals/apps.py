from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import handoffs, operations, seeds  # noqa: F401 - declare them
        from approvals.gate import Gate
        from core.hooks import hooks

        hooks.approvals = Gate()
        post_migrate.connect(seed, sender=self, dispatch_uid="approvals.rules")


def seed(**options: Any) -> None:
    """Ensure that every elevated operation has its rule."""
    from approvals.seeds import ensure_rules

    ensure_rules()
