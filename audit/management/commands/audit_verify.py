"""`manage.py audit_verify`: verify the audit trail."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit.archives import archived_stretches
from audit.checkpoint_document import BadCheckpoint, Document, check_document, check_signature, is_of_tree, public_key
from audit.checkpoint_file import CheckpointFile
from audit.completeness import checkpoint_missing, unguarded
from audit.models import AuditEntry
from audit.parallel import verify_in_parallel
from audit.records import MOST, audited_models, verify_records
from audit.verify import VerificationResult, latest_checkpoint_document, verify
from core.management.progress import progress_bar

# Entries from which several processes are worth their start.
LONG = 200_000
DESCRIPTION = "  entries {first_entry_id} to {last_entry_id}: {entries} in the file with SHA-256 {sha256}"


class Command(BaseCommand):
    help = (
        "Verify every hash chain of the audit trail, compare it with a checkpoint (the given file, or the last one in "
        "the database), and report the first inconsistency. Then check for replaced triggers and missing checkpoints."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--checkpoint", type=Path, help="a checkpoint printed or written by audit_checkpoint")
        parser.add_argument("--public-key", type=Path, help="PEM file of the Ed25519 key that must have signed it")
        parser.add_argument(
            "--workers", type=int, help="processes to verify in, on PostgreSQL; all processors for a long trail"
        )
        parser.add_argument(
            "--records", action="store_true", help="compare every record with its chain: missing, extra, different"
        )

    def handle(
        self,
        *args: Any,
        checkpoint: Path | None = None,
        public_key: Path | None = None,
        records: bool = False,
        workers: int | None = None,
        **options: Any,
    ) -> None:
        try:
            verdict = self._verify(checkpoint, public_key, workers)
        except (BadCheckpoint, OSError) as error:
            raise CommandError(str(error)) from error
        if verdict.finding is not None:
            raise CommandError(f"BROKEN: {verdict.finding}")
        against = f", as sealed under root {verdict.root}" if verdict.root else "; no checkpoint to compare with"
        self.stdout.write(f"verified {verdict.entries} entries in {verdict.chains} chains{against}")
        if verdict.imported_since:
            self.stdout.write(
                f"{verdict.imported_since} imported entries with older dates were added after the checkpoint"
            )
        if verdict.archived:
            self.stdout.write(
                f"{verdict.archived} sealed entries are in archives, which verify_trail.py proves:"
                + "".join(f"\n{DESCRIPTION.format(**each)}" for each in archived_stretches())
            )
        if records:
            self._verify_records()

    def _verify(self, checkpoint: Path | None, signer: Path | None, workers: int | None) -> VerificationResult:
        file = CheckpointFile(checkpoint) if checkpoint else None
        stored = latest_checkpoint_document()
        sealed: Document | None = file.document if file else stored and check_document(stored)
        if signer:
            check_signature(sealed or {}, public_key(signer.read_bytes()))
        leaves = file.leaves() if file and file.has_leaves else None
        entries = AuditEntry.objects.count()
        workers = workers or (os.cpu_count() or 1 if entries >= LONG else 1)
        with progress_bar("verifying", entries) as progress:
            if workers > 1 and leaves is None and _is_divisible(sealed):
                verdict = verify_in_parallel(workers, progress, sealed=sealed)
            else:
                verdict = verify(progress, sealed=sealed, leaves=leaves)
        verdict.finding = verdict.finding or checkpoint_missing(sealed) or unguarded()
        return verdict

    def _verify_records(self) -> None:
        total = sum(model.objects.count() for model in audited_models())
        with progress_bar("comparing", total) as progress:
            compared, findings = verify_records(progress)
        for finding in findings:
            self.stderr.write(str(finding))
        if findings:
            some = f"{MOST} or more" if len(findings) == MOST else str(len(findings))
            raise CommandError(f"BROKEN: {some} of the records do not match the trail")
        self.stdout.write(f"compared {compared} records with their chains")


def _is_divisible(sealed: Document | None) -> bool:
    """Whether several processes can verify: each with its connection, so nothing may be uncommitted."""
    committed = connection.vendor == "postgresql" and not connection.in_atomic_block
    return committed and (sealed is None or is_of_tree(sealed))
