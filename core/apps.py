from django.apps import AppConfig
from django.core.checks import register

from core.signals import check_recorder
from core.times import read_quickly


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        read_quickly()
        register(check_recorder)
