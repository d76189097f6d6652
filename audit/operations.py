"""SOP 27: entries stated by users, reading and verifying the trail."""

from dataclasses import asdict
from typing import Any

from django.conf import settings

from audit.chain_reader import FindingKind
from audit.choices import Origin
from audit.completeness import checkpoint_missing, unguarded
from audit.models import AuditEntry
from audit.recording import append
from audit.records import is_known, verify_record
from audit.serializers import AuditBody, AuditEntryOutput
from audit.verify import VerificationResult, latest_checkpoint_document, verify
from core.codes import Code
from core.errors import not_found
from core.models import Record
from core.operations.entities import models_by_type
from core.operations.registry import operation
from core.verbs import Verb
from users.choices import EX, IM, SA
from users.models import User

READERS = {IM, SA, EX}


@operation(
    "audit.log",
    sop=27,
    roles=None,
    verb=Verb.TOOL_USE,
    body=AuditBody,
    answers=AuditEntryOutput,
    raises=[Code.INVALID_REFERENCE],
    condition="in one's own name; on a record one may read",
)
def log_entry(*, actor: User, action: str, reference: Any, meta: dict[str, Any] | None = None) -> AuditEntry:
    """State an audit entry about a readable record. It has `origin: stated` and never counts as evidence.

    SOP 27. Raises AuditTrailFailure.
    """
    entry = AuditEntry(
        action=action,
        origin=Origin.STATED,
        reference_type=reference.entity_type,
        reference_id=reference.pk,
        meta=meta or {},
    )
    return append(entry)


@operation(
    "audit.read",
    sop=27,
    roles=READERS,
    verb=Verb.ENTITY_DISCOVERY,
    condition="everyone reads their own acts at GET /me/audit-entries/",
)
def read_entries(*, actor: User) -> None:
    """Read the audit trail, newest first, or with `after` in an order that never skips an entry that commits late.

    The read has its own entry. SOP 27.
    """


@operation(
    "audit.read_own",
    sop=27,
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
)
def read_own_entries(*, actor: User) -> None:
    """Read your own acts in the audit trail. SOP 27."""


@operation(
    "access.token_activity",
    sop=27,
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
    raises=[Code.NOT_FOUND],
    condition="own tokens; SA: anyone's",
)
def read_token_activity(*, actor: User) -> None:
    """Read everything that was done with a token, newest first, so that a person can put it right. SOP 27."""


@operation(
    "audit.verify",
    sop=27,
    roles=READERS,
    verb=Verb.ENTITY_DISCOVERY,
    raises=[Code.NOT_FOUND],
)
def verify_trail(*, actor: User, after: tuple[str, int] | None = None, **scope: Any) -> dict[str, Any]:
    """Verify the hash chains, compare them with the last checkpoint, and report the first inconsistency. SOP 27.

    Arguments: `reference_type` and `reference_id` restrict the verification to one record's entries (without
    checkpoint); the record is then compared with them. A request has a limited time (the setting IMS_VERIFY_SECONDS):
    when it is over, `continue_after` is the value of `after` that continues, without checkpoint. Raises Refusal:
    not_found (there is neither a record nor an entry).
    """
    verdict = _verify_part(**scope) if scope else _verify_all(after)
    stopped = verdict.stopped_at if verdict.verified else None
    return {
        "verified": verdict.verified,
        "entries": verdict.entries,
        "chains": verdict.chains,
        "archived_entries": verdict.archived,
        "checkpoint_root": verdict.root if stopped is None else None,
        "first_broken": asdict(verdict.finding) if verdict.finding else None,
        "continue_after": f"{stopped[0]}:{stopped[1]}" if stopped else None,
    }


def _verify_all(after: tuple[str, int] | None) -> VerificationResult:
    """Compare the trail with the last checkpoint, and check triggers and checkpoints; or verify a further part."""
    if after is not None:
        return verify(after=after, seconds=settings.IMS_VERIFY_SECONDS)
    checkpoints = checkpoint_missing()
    altered = checkpoints is not None and checkpoints.kind is FindingKind.CHECKPOINT_CHANGED
    checkpoint = None if altered else latest_checkpoint_document()  # an altered one is no evidence
    verdict = verify(sealed=checkpoint, seconds=settings.IMS_VERIFY_SECONDS)
    verdict.finding = verdict.finding or checkpoints or unguarded()
    return verdict


def _verify_part(**scope: Any) -> VerificationResult:
    verdict = verify(**scope)
    model = models_by_type().get(scope.get("reference_type", ""))
    pk = scope.get("reference_id")
    if pk is None or model is None or not issubclass(model, Record):
        return verdict
    if not is_known(model, pk):
        raise not_found(model.entity_type)
    verdict.finding = verdict.finding or verify_record(model, pk)
    return verdict
