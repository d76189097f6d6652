from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        from users import operations  # noqa: F401 - declares them

        post_migrate.connect(seed, sender=self, dispatch_uid="users.seed")


def seed(**options: Any) -> None:
    """See that the system principal exists."""
    from users.system import ensure_system_principal

    ensure_system_principal(using=options["using"])
