"""Keys by the one folding: what is invisible does not count, and domains are compared by IDNA."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from core.fields import FoldedKey
from core.text.refolding import Keys, refolding

KEYS = (Keys("vendor", "vendor_name_key"), Keys("vendor", "contact_email_key"))


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("vendors", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        migrations.AlterField("vendor", "contact_email_key", FoldedKey("contact_email", "email")),
        migrations.RunPython(*refolding("vendors", *KEYS)),
    ]
