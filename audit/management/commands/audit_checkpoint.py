"""`manage.py audit_checkpoint`: seal the audit trail."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from audit.chain_reader import ChainBroken
from audit.checkpoint_document import BadCheckpoint, private_key, signed
from audit.checkpoint_file import LeafFile
from audit.checkpoints import WritersActive, create_checkpoint_document
from audit.models import AuditEntry
from core.context import context, new_request_id
from core.errors import Refusal
from core.management.progress import progress_bar
from core.operations.dispatch import execute
from users.system import system_principal


class Command(BaseCommand):
    help = (
        "Seal all hash chains and discovery entries under one root. The document is stored and printed; keep it, or "
        "preferably the file of --out, where the database owner has no access."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--key", type=Path, help="PEM file of an Ed25519 private key that signs the checkpoint")
        parser.add_argument("--out", type=Path, help="write the checkpoint with all its leaves to this file")

    def handle(self, *args: Any, key: Path | None = None, out: Path | None = None, **options: Any) -> None:
        try:
            signer = private_key(key.read_bytes()) if key else None
            with LeafFile() as leaves:
                with progress_bar("sealing", AuditEntry.objects.count()) as progress:
                    document = create_checkpoint_document(progress, leaves.add if out else lambda leaf: None)
                document = signed(document, signer) if signer else document
                if out:
                    leaves.write(out, document)
            with context(request_id=new_request_id()):
                execute("audit.checkpoint", actor=system_principal(), data={"document": document})
        except ChainBroken as broken:
            raise CommandError(f"not sealed, the trail is broken: {broken.finding}; run audit_verify") from broken
        except Refusal as refusal:
            raise CommandError(f"not stored: {refusal.detail}") from refusal
        except (BadCheckpoint, WritersActive, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(orjson.dumps(document).decode())
