"""SOP 14: notes on an incident."""

from core.operations.registry import operation
from core.verbs import Verb
from incidents.bodies import NoteBody
from incidents.models import Incident, IncidentNote
from incidents.serializers import NoteOutput
from users.choices import AM, EX, IM, SA, TS, VC
from users.models import User


@operation(
    "incident.add_note",
    sop=14,
    roles={IM, TS, SA, AM, EX, VC},
    verb=Verb.CREATE,
    target="incident",
    subject="incident_note",
    body=NoteBody,
    answers=NoteOutput,
    condition="VC: own vendor's incidents",
)
def add_note(*, actor: User, incident: Incident, body: str, public: bool = False) -> IncidentNote:
    """Add a note to an incident; its client can read public notes.

    SOP 14. A closed incident accepts notes, because none of its fields changes.
    """
    note = IncidentNote(incident=incident, body=body, public=public)
    note.save()
    return note
