"""`manage.py audit_archive`: export a full leaf of the audit trail, and drop it against the digest of the export."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from audit.archives import NotArchivable, digest_of, full_leaf, read_archive, selection_of
from audit.checkpoint_document import BadCheckpoint
from audit.lines import write_lines
from core.context import context, new_request_id
from core.errors import Refusal
from core.management.progress import progress_bar
from core.operations.dispatch import execute, submit
from users.models import User
from users.system import system_principal


class Command(BaseCommand):
    help = (
        "Export a full, sealed leaf of the audit trail (--export), as compressed JSON lines with proofs, and drop it "
        "(--drop) with the export's digest and an executive's approval of audit.drop_leaf. PostgreSQL."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--export", type=int, metavar="FIRST", help="the leaf that begins with this entry")
        what.add_argument("--drop", action="store_true", help="drop the leaf of the archive; run it as the owner")
        parser.add_argument("--file", type=Path, required=True, help="the archive, a name that ends in .gz")
        parser.add_argument("--sha256", help="with --drop: the digest that --export printed")
        parser.add_argument("--as", dest="email", help="with --drop: the system administrator who asked for approval")
        parser.add_argument("--approval", type=int, help="with --drop: the id of the approval")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if file.suffix != ".gz":
            raise CommandError("the name of the archive must end in .gz")
        try:
            self._drop(file, **options) if options["drop"] else self._export(file, options["export"])
        except Refusal as refusal:
            raise CommandError(f"not dropped: {refusal.detail}") from refusal
        except (NotArchivable, BadCheckpoint, LookupError, OSError, DatabaseError) as error:
            raise CommandError(str(error)) from error

    def _export(self, file: Path, first: int) -> None:
        leaf, checkpoint = full_leaf(first)
        stretch = {"leaf": {"first_entry_id": leaf.start, "last_entry_id": leaf.end - 1}}
        data = {"checkpoint": checkpoint, "selection": selection_of(leaf), "header": stretch}
        with context(request_id=new_request_id()), progress_bar("exporting", leaf.end - leaf.start) as progress:
            write_lines(file, execute("audit.prove", actor=system_principal(), data=data), progress)
        archive = self._read(file)
        self.stdout.write(orjson.dumps(asdict(archive)).decode())

    def _drop(self, file: Path, sha256: str | None, email: str | None, approval: int | None, **options: Any) -> None:
        actor = User.objects.by_address(email or "")
        if not sha256 or actor is None:
            raise CommandError("--drop needs --sha256, --as with the address of an account, and --approval")
        if digest_of(file) != sha256:
            raise CommandError("the archive does not have this digest")
        archive = self._read(file)
        with context(request_id=new_request_id()):
            submit("audit.drop_leaf", actor=actor, body=asdict(archive), approval_id=approval)
        self.stdout.write(
            f"dropped entries {archive.first_entry_id} to {archive.last_entry_id}: {archive.entries} entries are in "
            f"the archive {archive.sha256}"
        )

    def _read(self, file: Path) -> Any:
        with progress_bar("proving", 0) as progress:
            return read_archive(file, progress)
