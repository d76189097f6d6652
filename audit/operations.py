"""SOP 27: entries that users state, reading and verifying the trail."""

from dataclasses import asdict
from typing import Any

from audit.choices import Origin
from audit.models import AuditEntry
from audit.recording import append
from audit.verify import latest_sealed, verify
from core.operations import operation
from core.verbs import Verb
from users.choices import EX, IM, SA
from users.models import User

READERS = {IM, SA, EX}


@operation(
    "audit.log",
    sop=27,
    roles=None,
    verb=Verb.TOOL_USE,
    endpoint="POST /audit-entries/",
    condition="in one's own name; on a record one may read",
)
def log_entry(*, actor: User, action: str, reference: Any, meta: dict[str, Any] | None = None) -> AuditEntry:
    """State an audit entry about a record one may read. It carries `origin: stated` and never counts as evidence.

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
    endpoint=("GET /audit-entries/", "GET /audit-entries/{id}/"),
    condition="everyone reads their own acts at GET /me/audit-entries/",
)
def read_entries(*, actor: User) -> None:
    """Read the audit trail, newest first, or with `after` in an order that never skips an entry which commits late.

    Reading it leaves its entry too. SOP 27.
    """


@operation("audit.read_own", sop=27, roles=None, verb=Verb.ENTITY_DISCOVERY, endpoint="GET /me/audit-entries/")
def read_own_entries(*, actor: User) -> None:
    """Read one's own acts in the audit trail. SOP 27."""


@operation("audit.verify", sop=27, roles=READERS, verb=Verb.ENTITY_DISCOVERY, endpoint="GET /audit-entries/verify/")
def verify_trail(*, actor: User, **scope: Any) -> dict[str, Any]:
    """Verify the hash chains, hold them against the last checkpoint, and name the first place that is broken. SOP 27.

    Arguments: `reference_type` and `reference_id` to verify one record's entries only (no checkpoint then).
    """
    verdict = verify(sealed=None if scope else latest_sealed(), **scope)
    return {
        "verified": verdict.verified,
        "entries": verdict.entries,
        "chains": verdict.chains,
        "checkpoint_root": verdict.root,
        "first_broken": asdict(verdict.finding) if verdict.finding else None,
    }
