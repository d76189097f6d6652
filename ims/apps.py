from django.apps import AppConfig


class ImsConfig(AppConfig):
    name = "ims"

    def ready(self) -> None:
        """Verify the whole house before any door opens: sockets, routes and the bodies that routes bind."""
        from importlib import import_module

        from core.events import observe
        from core.sockets import sockets
        from ims.auditing import operation as auditing  # noqa: F401 - declares the auditor's pack
        from ims.legacy import operation  # noqa: F401 - declares the import
        from ims.observing.metrics import count

        observe(count)
        sockets.verify()
        import_module("ims.urls")
