"""Keys by the one folding: what is invisible does not count."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from core.text.refolding import Keys, refolding

KEYS = (Keys("product", "product_name_key"), Keys("component", "component_name_key", within=("product_id",)))


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("products", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        migrations.RunPython(*refolding("products", *KEYS)),
    ]
