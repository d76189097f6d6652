from django.apps import AppConfig


class ImsConfig(AppConfig):
    name = "ims"

    def ready(self) -> None:
        from core.sockets import sockets
        from ims.legacy import operation  # noqa: F401 - declares the import

        sockets.verify()
