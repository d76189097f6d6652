"""`manage.py examples`: plays the tour in an empty database and records the examples of the API's description."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ims.docs.recorded import FOLDER, write
from ims.docs.tour.recording import files_of
from ims.docs.tour.stage import record
from ims.docs.views import read_schema
from users.models import User


class Command(BaseCommand):
    help = "Play the tour in an empty database and record its requests and answers; what it writes is undone."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if User.objects.filter(is_system=False).exists():
            raise CommandError("the database is not empty; the tour begins in one that is")
        with transaction.atomic():
            files = files_of(record(), read_schema())
            transaction.set_rollback(True)
        write(files)
        self.stdout.write(f"wrote {len(files)} files to {FOLDER}")
