from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import pre_migrate

from core.signals import check_recorder
from core.sql.folded import install_folding
from core.sql.reversals import refuse_losses
from core.sql.timestamps import register_utc_loader


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        register_utc_loader()
        install_folding()
        register(check_recorder)
        pre_migrate.connect(refuse_losses, sender=self, dispatch_uid="core.sql.reversals")
