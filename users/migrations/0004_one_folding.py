"""Keys by the one folding: what is invisible does not count, and domains are compared by IDNA."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from core.fields import FoldedKey
from core.text.refolding import Keys, refolding

KEYS = (Keys("user", "email_key"),)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("users", "0003_access")]

    operations: ClassVar[list[Operation]] = [
        migrations.AlterField("user", "email_key", FoldedKey("email", "email")),
        migrations.RunPython(*refolding("users", *KEYS)),
    ]
