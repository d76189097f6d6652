"""`manage.py bootstrap`: the first system administrator and executive, and the recovery of the last one."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from core.context import context, new_request_id
from core.errors import Refusal
from core.management.options import one_line
from core.operations.dispatch import execute
from users.choices import Role
from users.models import User
from users.system import system_principal

OPTIONS = {Role.SYSTEM_ADMINISTRATOR: "sa", Role.EXECUTIVE: "ex"}


class Command(BaseCommand):
    help = (
        "Create the first system administrator and executive; refused if an active one of each exists. With "
        "--recover, restore the access of the only executive or system administrator. Prints both activation shares "
        "of each account: the owners set their passwords with POST /api/v1/auth/activate/. Every use of this command "
        "is recorded in the audit trail and appears in the inbox of every system administrator and executive."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for role, short in OPTIONS.items():
            parser.add_argument(f"--{short}-email", help=f"e-mail address of the {role.label.lower()}")
            parser.add_argument(f"--{short}-name", type=one_line, default=role.label.title(), help="their name")
        parser.add_argument(
            "--recover", metavar="EMAIL", help="recover the account of the only executive or system administrator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with context(request_id=new_request_id()):
                made = self._recover(options["recover"]) if options["recover"] else self._found(options)
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        for user, shares in made:
            self.stdout.write(f"{user.role} {user.email} activation shares: {' '.join(shares)}")

    def _found(self, options: dict[str, Any]) -> Any:
        people = {
            str(role): {"email": self._email(options[f"{short}_email"]), "name": options[f"{short}_name"]}
            for role, short in OPTIONS.items()
            if options[f"{short}_email"]
        }
        return execute("user.bootstrap", actor=system_principal(), data={"people": people})

    @staticmethod
    def _recover(email: str) -> Any:
        user = User.objects.by_address(email)
        if user is None:
            raise CommandError(f"no account has the address {email}")
        return [(user, execute("user.recover", actor=system_principal(), data={"user": user}))]

    @staticmethod
    def _email(text: str) -> str:
        try:
            validate_email(text)
        except ValidationError as error:
            raise CommandError(f"{text} is not an e-mail address") from error
        return text.strip().lower()
