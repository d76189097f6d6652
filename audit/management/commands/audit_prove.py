"""`manage.py audit_prove`: prove entries, or that a checkpoint extends another, to someone without this server."""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.checkpoint_document import BadCheckpoint, Document
from audit.checkpoint_file import CheckpointFile
from audit.checkpoints import latest_tree
from audit.lines import write_lines
from audit.proving import extension_proof
from core.context import context, new_request_id
from core.operations.dispatch import execute
from users.system import system_principal


class Command(BaseCommand):
    help = (
        "Write audit entries with the proofs that a checkpoint seals them, or the proof that it extends an older one, "
        "as JSON lines for verify_trail.py."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--entry", type=int, nargs="+", metavar="ID", help="these entries")
        what.add_argument("--record", nargs=2, metavar=("TYPE", "ID"), help="the chain of this record")
        what.add_argument("--range", type=int, nargs=2, metavar=("FIRST", "LAST"), help="the entries with these ids")
        what.add_argument("--since", type=Path, help="that the checkpoint extends the one in this file")
        parser.add_argument("--checkpoint", type=Path, help="the file of the checkpoint; the latest one by default")
        parser.add_argument("--out", type=Path, required=True, help="the file to write; compressed if it ends in .gz")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        try:
            checkpoint = self._checkpoint(options.get("checkpoint"))
            if since := options.get("since"):
                lines: Iterable[bytes] = [extension_proof(CheckpointFile(since).document, checkpoint)]
            else:
                data = {"checkpoint": checkpoint, "selection": _selection(options)}
                with context(request_id=new_request_id()):
                    lines = execute("audit.prove", actor=system_principal(), data=data)
            written = write_lines(out, lines)
        except (BadCheckpoint, LookupError, OSError) as error:
            raise CommandError(str(error)) from error
        if written < len(set(options.get("entry") or ())) + 1 or (written == 1 and not since):
            out.unlink()
            raise CommandError("the checkpoint does not seal all of these entries; create a new one")
        self.stdout.write(f"{out}: checkpoint of {checkpoint['entries']} entries, root {checkpoint['root']}")

    def _checkpoint(self, path: Path | None) -> Document:
        found = CheckpointFile(path).document if path else latest_tree()
        if found is None:
            raise BadCheckpoint("there is no checkpoint yet; run audit_checkpoint")
        return found


def _selection(options: dict[str, Any]) -> dict[str, Any]:
    """The filter of entries."""
    if entries := options.get("entry"):
        return {"id__in": sorted(set(entries))}
    if record := options.get("record"):
        if not record[1].isdecimal():
            raise CommandError(f"{record[1]} is not the id of a record")
        return {"reference_type": record[0], "reference_id": int(record[1]), "sequence__isnull": False}
    first, last = options["range"]
    return {"id__gte": first, "id__lte": last}
