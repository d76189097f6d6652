from django.apps import AppConfig


class ResolutionConfig(AppConfig):
    name = "resolution"

    def ready(self) -> None:
        from resolution import operations  # noqa: F401 - declares them
