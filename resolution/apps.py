from django.apps import AppConfig


class ResolutionConfig(AppConfig):
    name = "resolution"

    def ready(self) -> None:
        from core.hooks import sockets
        from resolution import operations  # noqa: F401 - declares them
        from resolution.postmortems import plug_in

        plug_in(sockets)
