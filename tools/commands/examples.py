"""`python -m tools examples`: plays the tour, records the API's examples and writes docs/recipes.md."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ims.docs.recorded import FOLDER, write
from ims.docs.views import read_schema
from tools.pages.recipes import render
from tools.pages.writing import write_or_check
from tools.tour.recording import files_of
from tools.tour.stage import record
from users.models import User

RECIPES = Path(settings.BASE_DIR) / "docs" / "recipes.md"


class Command(BaseCommand):
    help = "Play the tour in an empty database and record its requests and responses; its writes are rolled back."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if User.objects.filter(is_system=False).exists():
            raise CommandError("the database is not empty; the tour requires an empty one")
        with transaction.atomic():
            exchanges = list(record())
            transaction.set_rollback(True)
        write(files_of(exchanges, read_schema()))
        self.stdout.write(f"wrote {FOLDER.relative_to(settings.BASE_DIR)}")
        self.stdout.write(write_or_check(RECIPES, render(exchanges), check=False, command="make examples"))
