"""`manage.py audit_verify`: does the audit trail hold?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.checkpoint_file import CheckpointFile
from audit.models import AuditEntry
from audit.seal import BadCheckpoint, Document, check_document, check_signature, public_key
from audit.verify import Verdict, latest_sealed, verify
from core.progress import progress_bar


class Command(BaseCommand):
    help = (
        "Verify every hash chain of the audit trail, hold it against a checkpoint (the given file, or else the last "
        "one that the database keeps), and name the first place that is broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--checkpoint", type=Path, help="a checkpoint as audit_checkpoint printed or wrote it")
        parser.add_argument("--public-key", type=Path, help="PEM file of the Ed25519 key that must have signed it")

    def handle(
        self, *args: Any, checkpoint: Path | None = None, public_key: Path | None = None, **options: Any
    ) -> None:
        try:
            verdict = self._verify(checkpoint, public_key)
        except (BadCheckpoint, OSError) as error:
            raise CommandError(str(error)) from error
        if verdict.finding is not None:
            raise CommandError(f"BROKEN: {verdict.finding}")
        against = f", as sealed under root {verdict.root}" if verdict.root else "; no checkpoint to hold them against"
        self.stdout.write(f"verified {verdict.entries} entries in {verdict.chains} chains{against}")

    def _verify(self, checkpoint: Path | None, signer: Path | None) -> Verdict:
        file = CheckpointFile(checkpoint) if checkpoint else None
        stored = latest_sealed()
        sealed: Document | None = file.document if file else stored and check_document(stored)
        if signer:
            check_signature(sealed or {}, public_key(signer.read_bytes()))
        leaves = file.leaves() if file and file.has_leaves else None
        with progress_bar("verifying", AuditEntry.objects.count()) as progress:
            return verify(progress, sealed=sealed, leaves=leaves)
