from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from core.hooks import hooks
        from incidents import (
            operations,  # noqa: F401 - declares them
            rejudging,
        )
        from incidents.service_levels import timers as stamping

        rejudging.register_hooks(hooks)
        stamping.register_hooks(hooks)
