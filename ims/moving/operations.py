"""Moving an installation leaves its entry in the audit trail: who ran the command, when, and the digest of the file."""

import getpass
import socket
from typing import Any

from audit.choices import Origin
from audit.models import AuditEntry
from audit.recording import append
from core.operations.registry import EntryPoint, operation
from core.verbs import Verb
from users.models import User

COMMAND: dict[str, Any] = {
    "roles": (),
    "verb": Verb.TOOL_USE,
    "subject": "user",
    "condition": "a command on the server",
    "entry_point": EntryPoint.COMMAND,
}


@operation("system.export", **COMMAND)
def record_export(*, actor: User, rows: int, digest: str) -> AuditEntry:
    """Record that everything was exported. Raises AuditTrailFailure."""
    return _record(actor, "export_all", rows, digest)


@operation("system.import", **COMMAND)
def record_import(*, actor: User, rows: int, digest: str) -> AuditEntry:
    """Record that everything was imported. Raises AuditTrailFailure."""
    return _record(actor, "import_all", rows, digest)


def _record(actor: User, tool: str, rows: int, digest: str) -> AuditEntry:
    """An entry about the system principal, under which the server's own acts are recorded."""
    meta = {"tool": tool, "rows": rows, "sha256": digest, "account": _account(), "host": socket.gethostname()}
    return append(
        AuditEntry(
            action=Verb.TOOL_USE,
            origin=Origin.SYSTEM,
            reference_type=User.entity_type,
            reference_id=actor.pk,
            meta=meta,
        )
    )


def _account() -> str:
    """The operating system's name of whoever runs the command; empty where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
