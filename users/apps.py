from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_migrate


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        from core.hooks import hooks
        from users import operations, sessions  # noqa: F401 - declares them
        from users.grants import TokenGrants

        hooks.grants = TokenGrants()
        user_logged_in.connect(sessions.opened, dispatch_uid="users.session_opened")
        user_logged_out.connect(sessions.closed, dispatch_uid="users.session_closed")
        post_migrate.connect(seed, sender=self, dispatch_uid="users.seed")


def seed(**options: Any) -> None:
    """Ensure that the system principal exists."""
    from users.system import ensure_system_principal

    ensure_system_principal(using=options["using"])
