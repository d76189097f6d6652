from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin with the console as its site."""

    default_site = "console.site.ConsoleSite"


class PagesConfig(AppConfig):
    """The console's own pages, templates and static files."""

    name = "console"

    def ready(self) -> None:
        """Register the titles of records."""
        from console.titles import TITLES
        from core.console.titles import register_titles

        register_titles(TITLES)
