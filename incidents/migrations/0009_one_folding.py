"""Keys by the one folding: what is invisible does not count, nor does the punctuation of titles."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from core.text.refolding import Keys, refolding

UNRESOLVED = ("open", "in_progress", "escalated")
KEYS = (
    Keys("correlationrule", "name_key"),
    Keys(
        "incident",
        "open_key",
        columns=("client_id", "component_id", "category", "status"),
        counts=lambda row: row.status in UNRESOLVED,
        rule="one_open_incident",
    ),
)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("incidents", "0008_clock_pauses")]

    operations: ClassVar[list[Operation]] = [
        migrations.RunPython(*refolding("incidents", *KEYS)),
    ]
