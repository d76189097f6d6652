from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from core.sockets import sockets
        from incidents import operations  # noqa: F401 - declares them
        from incidents.service_levels.stamping import plug_in

        plug_in(sockets)
