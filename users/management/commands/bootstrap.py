"""`manage.py bootstrap`: the first system administrator and executive, and the break-glass when one is gone."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from core.context import context, new_request_id
from core.dispatch import execute
from core.errors import Refusal
from users.choices import Role
from users.system import system_principal

OPTIONS = {Role.SYSTEM_ADMINISTRATOR: "sa", Role.EXECUTIVE: "ex"}


class Command(BaseCommand):
    help = (
        "Make the first system administrator and executive; refused when an active one of each exists. "
        "Prints a one-time activation token for each: they set their own passwords with POST /api/v1/auth/activate/."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for role, short in OPTIONS.items():
            parser.add_argument(f"--{short}-email", help=f"e-mail address of the {role.label.lower()}")
            parser.add_argument(f"--{short}-name", default=role.label.title(), help="their name")

    def handle(self, *args: Any, **options: Any) -> None:
        people = {
            str(role): {"email": self._email(options[f"{short}_email"]), "name": options[f"{short}_name"]}
            for role, short in OPTIONS.items()
            if options[f"{short}_email"]
        }
        try:
            with context(request_id=new_request_id()):
                made = execute("user.bootstrap", actor=system_principal(), data={"people": people})
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        for user, secret in made:
            self.stdout.write(f"{user.role} {user.email} activation token: {secret}")

    @staticmethod
    def _email(text: str) -> str:
        try:
            validate_email(text)
        except ValidationError as error:
            raise CommandError(f"{text} is not an e-mail address") from error
        return text.strip().lower()
