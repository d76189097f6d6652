"""Keys by the one folding: what is invisible does not count, and domains are compared by IDNA."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from core.fields import FoldedKey
from core.text.refolding import Keys, refolding

KEYS = (Keys("client", "registration_number_key"), Keys("client", "contact_email_key"))


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("clients", "0004_pauses_allowed")]

    operations: ClassVar[list[Operation]] = [
        migrations.AlterField("client", "contact_email_key", FoldedKey("contact_email", "email")),
        migrations.RunPython(*refolding("clients", *KEYS)),
    ]
