"""`manage.py issue_token EMAIL`: prints one token on stdout and nothing else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.context import context, new_request_id
from core.errors import Refusal
from core.management.options import one_line
from core.operations.dispatch import execute
from users.models import Token, User
from users.system import system_principal
from users.tokens import MAX_TOKEN_DAYS

MAX_NAME_LENGTH = Token._meta.get_field("agent").max_length or 0


class Command(BaseCommand):
    help = "Issue a token for an active account. Only the token is printed on stdout; only its digest is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--days", type=int, help="lifetime of the token in days")
        parser.add_argument("--agent", type=one_line, default="", help="the software agent that will use the token")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.by_address(options["email"])
        if user is None:
            raise CommandError(f"no account has the address {options['email']}")
        if options["days"] is not None and not 1 <= options["days"] <= MAX_TOKEN_DAYS:
            raise CommandError(f"--days must be from 1 to {MAX_TOKEN_DAYS}")
        if len(options["agent"]) > MAX_NAME_LENGTH:
            raise CommandError(f"--agent must not exceed {MAX_NAME_LENGTH} characters")
        data = {"user": user, "days": options["days"], "agent": options["agent"]}
        try:
            with context(request_id=new_request_id()):
                self.stdout.write(execute("token.issue", actor=system_principal(), data=data))
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
