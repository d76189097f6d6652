"""Incidents of a category are found by its index, however few they are."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("incidents", "0003_communication_sender_user")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddIndex("incident", models.Index(fields=["category", "-id"], name="incident_category"))
    ]
