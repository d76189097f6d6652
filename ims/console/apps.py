from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin with the console as its site."""

    default_site = "ims.console.site.ConsoleSite"
