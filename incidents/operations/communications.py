"""SOP 17: Recording Communications."""

from typing import Any

from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import operation
from core.verbs import Verb
from incidents.models import Communication
from incidents.response.choices import DELIVERY_MOVES, REACHED
from incidents.response.serializers import CommunicationBody, CommunicationOutput, DeliveryBody
from users.choices import IM, TS
from users.models import User


@operation(
    "communication.create",
    sop=17,
    roles={IM, TS},
    verb=Verb.NOTIFY,
    subject="communication",
    body=CommunicationBody,
    answers=CommunicationOutput,
    moves=DELIVERY_MOVES.new(),
)
def record_communication(*, actor: User, **fields: Any) -> Communication:
    """Log a communication with a stakeholder. It starts as pending; nothing is sent from here.

    SOP 17. Raises Refusal: invalid_reference (recipient), validation_error.
    """
    communication = Communication(sender_user=actor, **fields)
    communication.save()
    return communication


@operation(
    "communication.update",
    sop=17,
    roles={IM, TS},
    verb=Verb.NOTIFY,
    target="communication",
    body=DeliveryBody,
    answers=CommunicationOutput,
    condition="delivery_status only",
    moves=DELIVERY_MOVES.all(),
)
def update_communication(*, actor: User, communication: Communication, delivery_status: str = "") -> Communication:
    """Update the delivery status of a communication; the time of the first sending is kept.

    SOP 17. Raises Refusal: invalid_transition.
    """
    if delivery_status in ("", communication.delivery_status):
        return communication
    require_transition(DELIVERY_MOVES, communication, delivery_status, field="delivery_status")
    first = delivery_status in REACHED and communication.sent_at is None
    sent = {"sent_at": server_time(communication)} if first else {}
    return communication.change(delivery_status=delivery_status, **sent)
