from django.apps import AppConfig


class ResolutionConfig(AppConfig):
    name = "resolution"

    def ready(self) -> None:
        from core.hooks import hooks
        from resolution import operations  # noqa: F401 - declares them
        from resolution.postmortems import register_hooks

        register_hooks(hooks)
