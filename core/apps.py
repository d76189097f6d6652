from django.apps import AppConfig

from core.times import read_quickly


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        read_quickly()
