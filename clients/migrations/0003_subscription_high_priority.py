"""Subscriptions may be marked high-priority; existing ones are not."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("clients", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("subscription", "high_priority", models.BooleanField(default=False))
    ]
