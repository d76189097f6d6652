"""Whoever decided a change or a rollback follows from its status. What contradicts that keeps a violation."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from core.sql.marking import marking

IMPORTED, MARKED = Q(imported_row__isnull=False), Q(imported_violations__isnull=False)
CHANGE = Q(status="requested", approved_by__isnull=True, decided_at__isnull=True) | (
    ~Q(status="requested") & Q(approved_by__isnull=False, decided_at__isnull=False)
)
ROLLBACK = Q(status="requested", approved_by__isnull=True) | (~Q(status="requested") & Q(approved_by__isnull=False))
DETAIL = "approved_by: contradicts status"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("changes", "0003_outside_window")]

    operations: ClassVar[list[Operation]] = [
        migrations.RunPython(*marking("changes", "changerequest", "decider_known", DETAIL, IMPORTED | CHANGE)),
        migrations.RunPython(*marking("changes", "rollbackrequest", "decider_known", DETAIL, IMPORTED | ROLLBACK)),
        migrations.AddConstraint(
            "changerequest",
            models.CheckConstraint(condition=IMPORTED | MARKED | CHANGE, name="change_decider_known"),
        ),
        migrations.AddConstraint(
            "rollbackrequest",
            models.CheckConstraint(condition=IMPORTED | MARKED | ROLLBACK, name="rollback_decider_known"),
        ),
    ]
