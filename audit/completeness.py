"""Whether the trail is complete and protected: its parts, the triggers of its tables, and every checkpoint."""

from typing import Any

from django.db import connection

from audit.chain_reader import Finding, FindingKind
from audit.checkpoint_document import BadCheckpoint, Document, check_document
from audit.models import AuditEntry, Checkpoint, TreeTile
from audit.partition_guard import MISSING, missing_part
from audit.partition_guard import altered as altered_events
from audit.tree.tiles import ENTRIES, WIDTH
from audit.triggers import altered


def unguarded() -> Finding | None:
    """The first missing part, or trigger that is missing or was replaced: entries could have been removed since.

    Event triggers that are missing are no finding: not every installation may create them.
    """
    if part := missing_part():
        return part
    events = {name: what for name, what in altered_events(connection).items() if what != MISSING}
    for name, what in (altered(connection) | events).items():
        problem = f"the trigger {name} {what}; entries without a checkpoint file are not proven"
        return Finding(FindingKind.UNGUARDED, None, None, None, None, problem)
    return None


def checkpoint_missing(sealed: Document | None = None) -> Finding | None:
    """The first checkpoint that is missing or was altered; `sealed` is one stored elsewhere.

    Each checkpoint names its predecessor, and its creation has an audit entry.
    """
    stored = list(Checkpoint.objects.order_by("id").values("pk", "last_entry_id", "root", "document"))
    roots: set[str | None] = {None}
    for each in stored:
        if problem := _problem(each, roots):
            return _at(each["pk"], *problem)
        roots.add(each["root"])
    made = AuditEntry.objects.filter(reference_type=Checkpoint.entity_type, sequence=1)
    gone = set(made.values_list("reference_id", flat=True)) - {each["pk"] for each in stored}
    if gone:
        return _at(min(gone), FindingKind.CHECKPOINT_MISSING, "its entry exists, but the checkpoint is missing")
    if sealed and sealed["root"] not in roots:
        return _at(None, FindingKind.CHECKPOINT_MISSING, "this database does not contain the checkpoint of the file")
    newest = max((each["document"].get("entries", 0) for each in stored), default=0)
    bundle = TreeTile.objects.filter(level=ENTRIES).order_by("-position", "-width").first()
    if bundle and bundle.position * WIDTH + bundle.width > newest:
        return _at(None, FindingKind.CHECKPOINT_MISSING, "the stored tree has more entries than any checkpoint seals")
    return None


def _problem(stored: dict[str, Any], roots: set[str | None]) -> tuple[FindingKind, str] | None:
    document = stored["document"]
    try:
        check_document(document)
    except BadCheckpoint as error:
        return FindingKind.CHECKPOINT_CHANGED, str(error)
    if (document["root"], document["last_entry_id"]) != (stored["root"], stored["last_entry_id"]):
        return FindingKind.CHECKPOINT_CHANGED, "its columns do not match its document"
    if document.get("previous_root") not in roots:
        return FindingKind.CHECKPOINT_MISSING, "the previous checkpoint is missing"
    return None


def _at(pk: int | None, kind: FindingKind, problem: str) -> Finding:
    return Finding(kind, None, Checkpoint.entity_type, pk, None, problem)
