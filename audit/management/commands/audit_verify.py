"""`manage.py audit_verify`: does the audit trail hold?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from audit.models import AuditEntry
from audit.verify import verify


class Command(BaseCommand):
    help = "Verify every hash chain of the audit trail and name the first entry that does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        total = AuditEntry.objects.count()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("verifying", total=total)
            verdict = verify(progress=lambda count: bar.update(task, completed=count))
        if verdict.finding is not None:
            broken = verdict.finding
            raise CommandError(
                f"BROKEN at entry {broken.entry_id}: {broken.reference_type} {broken.reference_id}, "
                f"sequence {broken.sequence}: {broken.problem}"
            )
        self.stdout.write(f"verified {verdict.entries} entries in {verdict.chains} chains")
