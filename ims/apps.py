from django.apps import AppConfig


class ImsConfig(AppConfig):
    name = "ims"

    def ready(self) -> None:
        """Verify audit receivers, hooks and routes before anything is served."""
        from importlib import import_module

        from core.hooks import hooks
        from core.operations.authorization import verify_in_person
        from core.signals import require_recorder
        from ims.legacy import operation  # noqa: F401 - declares the import
        from ims.moving import operations  # noqa: F401 - declares how moves are recorded
        from ims.observing import metrics, security

        metrics.connect()
        security.connect()
        require_recorder()
        hooks.verify()
        import_module("ims.urls")
        verify_in_person()
