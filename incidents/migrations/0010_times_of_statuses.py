"""Times follow from statuses: when a communication was sent, when an escalation was answered.

What lacks its time, or kept one that its status contradicts, keeps a violation.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from core.sql.marking import marking

KEPT = Q(imported_row__isnull=False) | Q(imported_violations__isnull=False)
SENT = (
    Q(delivery_status="pending", sent_at__isnull=True)
    | Q(delivery_status__in=("sent", "delivered"), sent_at__isnull=False)
    | Q(delivery_status="failed")
)
ANSWERED = (
    Q(status="open", acknowledged_at__isnull=True, resolved_at__isnull=True)
    | Q(status="acknowledged", acknowledged_at__isnull=False, resolved_at__isnull=True)
    | Q(status="resolved", acknowledged_at__isnull=False, resolved_at__isnull=False)
)
NOT_SENT, NOT_ANSWERED = "sent_at: contradicts delivery_status", "acknowledged_at or resolved_at: contradicts status"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("incidents", "0009_one_folding")]

    operations: ClassVar[list[Operation]] = [
        migrations.RunPython(*marking("incidents", "communication", "times_known", NOT_SENT, KEPT | SENT)),
        migrations.RunPython(*marking("incidents", "escalation", "times_known", NOT_ANSWERED, KEPT | ANSWERED)),
        migrations.AddConstraint(
            "communication",
            models.CheckConstraint(
                condition=Q(imported_row__isnull=False) | Q(imported_violations__isnull=False) | SENT,
                name="communication_sent_at_known",
            ),
        ),
        migrations.AddConstraint(
            "escalation",
            models.CheckConstraint(
                condition=Q(imported_row__isnull=False) | Q(imported_violations__isnull=False) | ANSWERED,
                name="escalation_times_known",
            ),
        ),
    ]
