"""The problem document as an OpenAPI schema, and the status codes of refusals."""

from typing import Any

from rest_framework import serializers

from core.codes import MEANINGS, Code, ErrorClass
from core.operations.fields import BIGGEST_ID

MEDIA_TYPE = "application/problem+json"
# Under this name a described refusal lists its codes for programs.
CODES_EXTENSION = "x-ims-codes"
CODES = [(str(code), str(code)) for code in Code]


def _text(help_text: str, **options: Any) -> serializers.CharField:
    return serializers.CharField(help_text=help_text, **options)


def _fact(help_text: str) -> serializers.CharField:
    return _text(help_text, required=False)


def _id(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=BIGGEST_ID, required=False, help_text=help_text)


def _number(help_text: str) -> serializers.FloatField:
    return serializers.FloatField(required=False, help_text=help_text)


def _names(help_text: str, **options: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=help_text, **options)


class EventGroup(serializers.Serializer[object]):
    """Related events that call for an incident of their own."""

    correlation_key = _text("What the events of the group have in common.")
    event_record_ids = serializers.ListField(child=serializers.IntegerField(), help_text="The events of the group.")


class ProblemItem(serializers.Serializer[object]):
    """One failing field or precondition: `field`, `code` and `detail`, and the facts of the case, as far as they apply.

    This is the list of all facts that any refusal states. A test refuses those that are not declared here.
    """

    field = _fact("The field, parameter or header that fails, as a dotted path into the body.")
    code = _text("What fails, as a stable code.")
    detail = _text("What fails, in a sentence.")
    allowed = _names("The statuses that the record may change to.", required=False)
    status = _fact("The status that the record has.")
    requests = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="The request that leads to each allowed status."
    )
    roles = _names("The roles that are permitted.", required=False)
    approver_roles = _names("The roles that may approve this.", required=False)
    existing_id = _id("The record that has this value already.")
    incident_id = _id("The open incident for the same thing.")
    incident_code = _fact("The code of that incident.")
    etag = _fact("The ETag that the record has now.")
    severity = _fact("The severity that the facts give.")
    rule = _fact("The clause of SOP 13 that decided the severity.")
    reasons = _names("Why the facts give this severity.", required=False)
    agreement_id = _id("The agreement that would break the rule.")
    severity_level = _fact("The severity of the agreement that fails.")
    minimum = _number("The smallest value that the rule permits.")
    maximum = _number("The largest value that the rule permits.")
    against = _fact("The severity of the agreement that this one contradicts.")
    groups = EventGroup(many=True, required=False, help_text="The groups that the events fall into.")
    missing = _fact("The name of the data that the calculation needs.")
    report_id = _id("The report that keeps the failure.")
    reversible = _names("The statuses in which a change can be rolled back.", required=False)
    editable = _names("The statuses in which an article can be edited.", required=False)
    unfinished = _names("The statuses in which a review can be edited.", required=False)


class HandoffOffer(serializers.Serializer[object]):
    """The body for POST /handoffs/ that turns a refusal into a handoff as it is."""

    reason_code = serializers.SlugField(help_text="The class of the refusal.")
    code = serializers.ChoiceField(choices=CODES, help_text="The code of the refusal.")
    details = _text("What was refused, in a sentence.")
    operation = _fact("The operation that was refused.")
    reference_type = _fact("The type of the record that the request was about.")
    reference_id = _id("The id of the record that the request was about.")


class Problem(serializers.Serializer[object]):
    """A refusal: an RFC 9457 problem document."""

    type = _text("A URI that names the kind of refusal.")
    title = _text("The kind of refusal, in a few words.")
    status = serializers.IntegerField(help_text="The HTTP status of the response.")
    detail = _text("What was refused, in a sentence.")
    code = serializers.ChoiceField(choices=CODES, help_text="The kind of refusal, as a stable code.")
    error_class = serializers.ChoiceField(
        choices=[(str(each), str(each)) for each in ErrorClass], help_text="The policy's class of error."
    )
    sop = serializers.ListField(child=serializers.IntegerField(), help_text="The SOPs that authorise the operation.")
    rule = _text("The rule that decided.")
    errors = ProblemItem(many=True, help_text="Every failing field or precondition.")  # type: ignore[assignment]
    operation = _text("The operation that was asked for; null where the address has none.", allow_null=True)
    roles = _names('The roles that may ask for the operation; ["*"] for every active user.', required=False)
    next = _text("What to do next.")
    transfer_to_human = serializers.BooleanField(help_text="Whether only a person can unblock this.")
    handoff = HandoffOffer(required=False, help_text="The body for POST /handoffs/, where a person can be asked.")
    request_id = _text("The id of the request, as in the header X-Request-ID.")


def statuses_of(codes: list[Code]) -> dict[int, list[Code]]:
    """The codes by the status they are given under, in order."""
    found: dict[int, list[Code]] = {}
    for code in codes:
        found.setdefault(MEANINGS[code].status, []).append(code)
    return dict(sorted(found.items()))
