"""Archives: leaves of discovery entries that were sealed, exported with their proofs, and dropped (PostgreSQL).

The tree keeps the leaves of dropped entries, so verification compares everything with the checkpoints as before, and
the archive remains provable by `verify_trail.py`. An archive is recorded in the transaction that drops its leaf.
"""

import gzip
import hashlib
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from audit.checkpoint_document import Document
from audit.checkpoints import latest_tree
from audit.commit_horizon import streaming_transaction
from audit.models import AuditEntry, TrailArchive
from audit.offline.verify_trail import UNREADABLE, Broken, Checkpoint, Entry
from audit.partitions import DiscoveryLeaf, discovery_leaves
from audit.serializers import ArchiveBody
from core.codes import Code
from core.errors import Refusal
from core.operations.registry import EntryPoint, operation
from core.verbs import Verb
from users.choices import SA
from users.duties import always
from users.models import User

CHUNK = 2_000


class NotArchivable(Exception):  # noqa: N818 - an answer for the operator
    """A leaf that cannot be archived, or an archive that does not match its leaf."""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """What an archive contains, as read from it: the body of `audit.drop_leaf`."""

    first_entry_id: int
    last_entry_id: int
    entries: int
    checkpoint_root: str
    sha256: str


def full_leaf(first_entry_id: int) -> tuple[DiscoveryLeaf, Document]:
    """A leaf that receives no more entries, with the checkpoint that seals all of it. Raises NotArchivable."""
    leaves = {leaf.start: leaf for leaf in discovery_leaves(connection)} if connection.vendor == "postgresql" else {}
    leaf, sealed = leaves.get(first_entry_id), latest_tree()
    if leaf is None:
        raise NotArchivable(f"no leaf of the trail begins with entry {first_entry_id}")
    if sealed is None or sealed["last_entry_id"] < leaf.end - 1:
        raise NotArchivable(f"{leaf} is not full, or no checkpoint seals all of it; run audit_checkpoint")
    return leaf, sealed


def selection_of(leaf: DiscoveryLeaf) -> dict[str, Any]:
    """The filter of a leaf's entries."""
    return {"sequence__isnull": True, "id__gte": leaf.start, "id__lt": leaf.end}


def read_archive(path: Path, progress: Callable[[int], None] = lambda count: None) -> ArchiveFile:
    """Prove an archive, and compare it with the entries of its leaf: all of them, in order. Raises NotArchivable."""
    digest = digest_of(path)
    try:
        with gzip.open(path, "rb") as lines:
            header = orjson.loads(next(lines, b"null"))
            leaf, _ = full_leaf(header["leaf"]["first_entry_id"])
            checkpoint, entries = Checkpoint(header["checkpoint"]), 0
            with streaming_transaction(), closing(_ids_and_hashes(leaf)) as present:
                for entries, line in enumerate(lines, 1):
                    entry = Entry(line)
                    entry.check_inclusion(checkpoint)
                    if next(present, None) != (entry.id, entry.hash):
                        raise NotArchivable(f"the archive and {leaf} differ at entry {entry.id}")
                    if entries % CHUNK == 0:
                        progress(entries)
                if (left := next(present, None)) is not None:
                    raise NotArchivable(f"the archive lacks entry {left[0]} of {leaf}")
    except (Broken, *UNREADABLE) as error:
        raise NotArchivable(f"the archive is not provable: {type(error).__name__}: {error}") from error
    return ArchiveFile(leaf.start, leaf.end - 1, entries, checkpoint.root.hex(), digest)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ids_and_hashes(leaf: DiscoveryLeaf) -> Generator[tuple[int, str], None, None]:
    rows = AuditEntry.objects.filter(**selection_of(leaf)).order_by("id").values_list("id", "hash")
    found: Any = rows.iterator(chunk_size=CHUNK)
    with closing(found):
        yield from found


def archived_stretches() -> list[Mapping[str, Any]]:
    """The stretches of discovery entries that are elsewhere, in order."""
    if connection.vendor != "postgresql":  # elsewhere nothing is archived
        return []
    names = ("first_entry_id", "last_entry_id", "entries", "sha256")
    return list(TrailArchive.objects.order_by("first_entry_id").values(*names))


@operation(
    "audit.drop_leaf",
    sop=27,
    roles={SA},
    verb=Verb.CREATE,
    subject="audit_archive",
    body=ArchiveBody,
    elevated=always,
    raises=[Code.VALIDATION_ERROR, Code.PRECONDITION_FAILED, Code.APPROVAL_REQUIRED, Code.APPROVAL_INVALID],
    condition="a command on the server, after it has proven the archive",
    entry_point=EntryPoint.COMMAND,
)
def drop_leaf(*, actor: User, first_entry_id: int, **archived: Any) -> TrailArchive:
    """Drop a sealed leaf of the trail whose archive has been proven; the record of the archive takes its place.

    SOP 27. Raises Refusal: precondition_failed (the leaf is not sealed, or has other entries than the archive).
    """
    try:
        leaf, _ = full_leaf(first_entry_id)
    except NotArchivable as error:
        raise Refusal(Code.PRECONDITION_FAILED, str(error), rule="archive") from error
    archive = TrailArchive(first_entry_id=first_entry_id, **archived)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {leaf.table} IN SHARE MODE")
        cursor.execute(f"SELECT count(*) FROM {leaf.table}")  # noqa: S608 - own names
        if (cursor.fetchone()[0], leaf.end - 1) != (archive.entries, archive.last_entry_id):
            raise Refusal(Code.PRECONDITION_FAILED, f"{leaf} has other entries than the archive.", rule="archive")
        archive.save()
        cursor.execute(f"DROP TABLE {leaf.table}")
    return archive
