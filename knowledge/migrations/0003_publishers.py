"""A published article has a publisher. What has none keeps a violation."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from core.sql.marking import marking

IMPORTED, MARKED = Q(imported_row__isnull=False), Q(imported_violations__isnull=False)
FITS = Q(status__in=("draft", "in_review")) | Q(reviewed_by__isnull=False, published_at__isnull=False)
DETAIL = "reviewed_by or published_at: contradicts status"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("knowledge", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        migrations.RunPython(*marking("knowledge", "article", "publisher_known", DETAIL, IMPORTED | FITS)),
        migrations.AddConstraint(
            "article",
            models.CheckConstraint(condition=IMPORTED | MARKED | FITS, name="article_publisher_known"),
        ),
    ]
