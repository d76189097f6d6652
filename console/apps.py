from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin with the console as its site."""

    default_site = "console.site.ConsoleSite"


class PagesConfig(AppConfig):
    """The console's own pages, templates and static files."""

    name = "console"
