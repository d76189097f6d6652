"""`manage.py mcp`: the MCP server on standard input and output, for a client on this machine."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.toolsets import TOOLSETS

TOKEN = "IMS_TOKEN"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = f"Serve the Model Context Protocol on standard input and output, with the token in {TOKEN}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--toolset", choices=TOOLSETS, default="", help="the group of SOPs to list as tools")

    def handle(self, *args: Any, **options: Any) -> None:
        secret = os.environ.get(TOKEN, "")
        if not secret:
            raise CommandError(f"set {TOKEN} to a token: manage.py issue_token EMAIL --agent NAME --operations …")
        try:
            from agents.stdio import serve  # noqa: PLC0415 - only this command needs the package
        except ModuleNotFoundError as error:
            raise CommandError("the extra `agents` is not installed") from error
        serve(secret, options["toolset"])
