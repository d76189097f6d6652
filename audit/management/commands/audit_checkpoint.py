"""`manage.py audit_checkpoint`: seal the audit trail."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from audit.chain_reader import ChainBroken
from audit.checkpoint_document import BadCheckpoint, private_key, signed
from audit.checkpoint_file import write_checkpoint
from audit.checkpoints import WritersActive, create_checkpoint_document, unsealed
from audit.tile_spool import TileSpool
from audit.tile_store import sealed_entries
from core.context import context, new_request_id
from core.errors import Refusal
from core.management.progress import progress_bar
from core.operations.dispatch import execute
from users.system import system_principal


class Command(BaseCommand):
    help = (
        "Verify the entries since the last checkpoint, and seal all entries under one root. The document is stored and "
        "printed; keep it where the database owner has no access."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--key", type=Path, help="PEM file of an Ed25519 private key that signs the checkpoint")
        parser.add_argument(
            "--out", type=Path, help="write the checkpoint with all its leaves to this file; reads all sealed entries"
        )
        parser.add_argument(
            "--accept-backdated",
            action="store_true",
            help="seal entries that are dated before the last checkpoint, and state their number",
        )

    def handle(self, *args: Any, key: Path | None = None, out: Path | None = None, **options: Any) -> None:
        try:
            signer = private_key(key.read_bytes()) if key else None
            with TileSpool() as tiles:
                with progress_bar("sealing", unsealed()) as progress:
                    document = create_checkpoint_document(
                        tiles.add, progress, accept_backdated=bool(options.get("accept_backdated"))
                    )
                document = signed(document, signer) if signer else document
                with context(request_id=new_request_id()):
                    execute("audit.checkpoint", actor=system_principal(), data={"document": document, "tiles": tiles})
            if out:
                write_checkpoint(out, document, sealed_entries(document["entries"]))
        except ChainBroken as broken:
            raise CommandError(f"not sealed, the trail is broken: {broken.finding}; run audit_verify") from broken
        except Refusal as refusal:
            raise CommandError(f"not stored: {refusal.detail}") from refusal
        except (BadCheckpoint, WritersActive, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(orjson.dumps(document).decode())
