from django.apps import AppConfig


class ImsConfig(AppConfig):
    name = "ims"

    def ready(self) -> None:
        from core.sockets import sockets

        sockets.verify()
