from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from core.hooks import sockets
        from incidents import (
            operations,  # noqa: F401 - declares them
            rejudging,
        )
        from incidents.service_levels import timers as stamping

        rejudging.plug_in(sockets)
        stamping.plug_in(sockets)
