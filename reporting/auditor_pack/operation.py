"""Creating an auditor's pack, as an audited operation."""

from audit.checkpoint_document import BadCheckpoint
from core.codes import Code
from core.errors import Refusal
from core.operations.registry import EntryPoint, operation
from core.signals import send_discovered
from core.verbs import Verb
from incidents.models import Incident
from reporting.auditor_pack.pack import pack_of
from users.models import User


@operation(
    "report.auditor_pack",
    sop=23,
    roles=(),
    verb=Verb.ENTITY_DISCOVERY,
    subject="incident",
    raises=[Code.CALCULATION_FAILED],
    condition="a command on the server",
    entry_point=EntryPoint.COMMAND,
)
def make_auditor_pack(*, actor: User, incident: Incident) -> bytes:
    """Pack everything about one incident for an auditor, including the means to verify it.

    SOP 23. Raises Refusal: calculation_failed (the trail has no entry about the incident, or the stored tree does not
    match the latest checkpoint).
    """
    try:
        packed = pack_of(incident.pk)
    except (BadCheckpoint, LookupError) as error:
        raise Refusal(Code.CALCULATION_FAILED, f"The audit trail cannot be proven: {error}.") from error
    send_discovered(Incident.entity_type, incident.pk, {"view": "auditor_pack"})
    return packed
