"""SOP 16, step 1: a client contact confirms that the impact is mitigated."""

from core.codes import Code
from core.operations.registry import InPerson, operation
from core.operations.results import Answer
from core.verbs import Verb
from incidents.lifecycle import require_not_closed
from incidents.models import Incident
from resolution.bodies import ConfirmationBody
from resolution.models import MitigationConfirmation
from resolution.serializers import ConfirmedIncident
from users.choices import CC
from users.models import User


@operation(
    "incident.confirm_mitigation",
    sop=16,
    roles={CC},
    verb=Verb.CREATE,
    target="incident",
    subject="mitigation_confirmation",
    body=ConfirmationBody,
    answers=ConfirmedIncident,
    in_person=InPerson.ALWAYS,
    raises=[Code.INVALID_TRANSITION],
    condition="a CC of an affected client",
)
def confirm_mitigation(*, actor: User, incident: Incident, note: str = "") -> Answer:
    """Confirm for an affected client that the impact of an incident is mitigated.

    SOP 16. Contacts of other clients get 404. Raises Refusal: invalid_transition (closed).
    """
    require_not_closed(incident)
    confirmation = MitigationConfirmation(incident=incident, note=note)
    confirmation.save()
    return Answer(incident, {"confirmation_id": confirmation.pk})
