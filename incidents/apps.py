from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from core.hooks import hooks
        from incidents import (
            operations,  # noqa: F401 - declares them
            reclassification,
        )
        from incidents.service_levels import timers as stamping

        reclassification.register_hooks(hooks)
        stamping.register_hooks(hooks)
        reclassification.register_last_hooks(hooks)
