from django.apps import AppConfig


class ResolutionConfig(AppConfig):
    name = "resolution"

    def ready(self) -> None:
        from core.hooks import hooks
        from reporting.auditor_pack.timeline import timeline_source
        from resolution import operations  # noqa: F401 - declares them
        from resolution.postmortems import register_hooks
        from resolution.timeline import timeline_of

        register_hooks(hooks)
        timeline_source.register(timeline_of)
