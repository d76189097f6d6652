"""`manage.py issue_token EMAIL`: prints one token on stdout and nothing else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.context import context, new_request_id
from core.errors import Refusal
from core.management.options import one_line
from core.operations.bodies import read_body
from core.operations.dispatch import execute
from core.operations.registry import registry
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
        parser.add_argument("--operations", default="", help="the operations that it may perform, separated by commas")
        parser.add_argument("--client", type=int, help="id of the only client whose records it may reach")
        parser.add_argument(
            "--cap", action="append", default=[], metavar="OPERATION=N", help="how often a day it may do it; repeatable"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.by_address(options["email"])
        if user is None:
            raise CommandError(f"no account has the address {options['email']}")
        if options["days"] is not None and not 1 <= options["days"] <= MAX_TOKEN_DAYS:
            raise CommandError(f"--days must be from 1 to {MAX_TOKEN_DAYS}")
        if len(options["agent"]) > MAX_NAME_LENGTH:
            raise CommandError(f"--agent must not exceed {MAX_NAME_LENGTH} characters")
        data = {"user": user, "days": options["days"], **self._grant(user, options)}
        try:
            with context(request_id=new_request_id()):
                self.stdout.write(execute("token.issue", actor=system_principal(), data=data))
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal

    @staticmethod
    def _grant(user: User, options: dict[str, Any]) -> dict[str, Any]:
        """The agent and its grant, validated like the body of POST /auth/tokens/."""
        caps = {}
        for each in options["cap"]:
            name, _, number = each.partition("=")
            if not number.isdecimal():
                raise CommandError(f"--cap {each} must be OPERATION=N")
            caps[name.strip()] = int(number)
        grant = {
            "operations": [name.strip() for name in options["operations"].split(",") if name.strip()],
            "daily_caps": caps,
            "client_id": options["client"],
        }
        given = {name: value for name, value in grant.items() if value}
        try:
            read = read_body(
                registry["token.create"], user, None, {"name": "token", "agent": options["agent"], **given}
            )
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        return {name: value for name, value in read.items() if name != "name"}
