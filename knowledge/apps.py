from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KnowledgeConfig(AppConfig):
    name = "knowledge"

    def ready(self) -> None:
        from knowledge import operations  # noqa: F401 - declares them

        post_migrate.connect(install_search_index, sender=self, dispatch_uid="knowledge.search_index")


def install_search_index(**options: Any) -> None:
    """Reinstall the full-text index: a migration that rebuilds the table drops dependent objects."""
    from django.db import connections

    from knowledge.search_index import install

    install(connections[options["using"]])
