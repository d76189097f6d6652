"""A communication names its sender as SOP 17 does."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("incidents", "0001_initial")]

    operations: ClassVar[list[Operation]] = [migrations.RenameField("communication", "sender", "sender_user")]
