"""The problem document as an OpenAPI schema, and the status codes of refusals."""

from typing import Any

from rest_framework import serializers

from core.codes import MEANINGS, Code, ErrorClass
from core.operations.fields import MAX_ID

MEDIA_TYPE = "application/problem+json"
# The extension that lists the refusal codes of a response.
CODES_EXTENSION = "x-ims-codes"
CODES = [(str(code), str(code)) for code in Code]


def _text(help_text: str, **options: Any) -> serializers.CharField:
    return serializers.CharField(help_text=help_text, **options)


def _fact(help_text: str) -> serializers.CharField:
    return _text(help_text, required=False)


def _id(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=MAX_ID, required=False, help_text=help_text)


def _whole(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, required=False, help_text=help_text)


def _number(help_text: str) -> serializers.FloatField:
    return serializers.FloatField(required=False, help_text=help_text)


def _names(help_text: str, **options: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=help_text, **options)


class EventGroup(serializers.Serializer[object]):
    """Related events that require their own incident."""

    correlation_key = _text("The common attributes of the events.")
    event_record_ids = serializers.ListField(child=serializers.IntegerField(), help_text="The events of the group.")


class ProblemItem(serializers.Serializer[object]):
    """One failing field or precondition: `field`, `code` and `detail`, and further facts if applicable.

    This serializer lists all facts of all refusals. A test rejects facts that are not declared here.
    """

    field = _fact("The failing field, parameter or header, as a dotted path into the body.")
    code = _text("The reason, as a stable code.")
    detail = _text("The reason, in a sentence.")
    allowed = _names("The allowed next statuses of the record.", required=False)
    status = _fact("The current status of the record.")
    endpoints = _names("The requests that can fulfil this precondition.", required=False)
    requests = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="The request for each allowed transition."
    )
    roles = _names("The permitted roles.", required=False)
    approver_roles = _names("The roles that may approve this request.", required=False)
    existing_id = _id("The record that already has this value.")
    incident_id = _id("The duplicate open incident.")
    incident_code = _fact("The code of that incident.")
    etag = _fact("The record's current ETag.")
    severity = _fact("The classified severity.")
    rule = _fact("The clause of SOP 13 that decided the severity.")
    reasons = _names("The reason for this severity.", required=False)
    agreement_id = _id("The agreement that would break the rule.")
    severity_level = _fact("The severity level of the failing agreement.")
    minimum = _number("The smallest permitted value.")
    maximum = _number("The largest permitted value.")
    against = _fact("The severity level of the contradicting agreement.")
    groups = EventGroup(many=True, required=False, help_text="The groups of related events.")
    missing = _fact("The name of the data that the calculation needs.")
    report_id = _id("The report that records the failure.")
    reversible = _names("The statuses in which a change can be rolled back.", required=False)
    editable = _names("The statuses in which an article can be edited.", required=False)
    granted = _names("The operations beyond reads that the token grants.", required=False)
    cap = _whole("The daily cap of the operation.")
    left = _whole("What is left of it.")
    until = _fact("When the next day begins, in UTC.")
    unfinished = _names("The statuses in which a review can be edited.", required=False)


class HandoffOffer(serializers.Serializer[object]):
    """The ready body for POST /handoffs/ that hands over the refused request."""

    reason_code = serializers.SlugField(help_text="The error class of the refusal.")
    code = serializers.ChoiceField(choices=CODES, help_text="The code of the refusal.")
    details = _text("The reason for the refusal, in a sentence.")
    operation = _fact("The refused operation.")
    reference_type = _fact("The type of the request's target.")
    reference_id = _id("The id of the request's target.")


class Problem(serializers.Serializer[object]):
    """A refusal: an RFC 9457 problem document."""

    type = _text("A URI that identifies the kind of refusal.")
    title = _text("The kind of refusal, in a few words.")
    status = serializers.IntegerField(help_text="The HTTP status of the response.")
    detail = _text("The reason for the refusal, in a sentence.")
    code = serializers.ChoiceField(choices=CODES, help_text="The kind of refusal, as a stable code.")
    error_class = serializers.ChoiceField(
        choices=[(str(each), str(each)) for each in ErrorClass], help_text="The policy's error class."
    )
    sop = serializers.ListField(child=serializers.IntegerField(), help_text="The SOPs that authorise the operation.")
    rule = _text("The rule that applied.")
    errors = ProblemItem(many=True, help_text="Every failing field or precondition.")  # type: ignore[assignment]
    operation = _text("The requested operation; null if the URL has none.", allow_null=True)
    roles = _names('The roles that may perform the operation; ["*"] for every active user.', required=False)
    next = _text("The next step.")
    transfer_to_human = serializers.BooleanField(help_text="Whether only a person can resolve this.")
    handoff = HandoffOffer(required=False, help_text="The body for POST /handoffs/, if a person can help.")
    request_id = _text("The id of the request, as in the X-Request-ID header.")


def statuses_of(codes: list[Code]) -> dict[int, list[Code]]:
    """The codes by HTTP status, in order."""
    found: dict[int, list[Code]] = {}
    for code in codes:
        found.setdefault(MEANINGS[code].status, []).append(code)
    return dict(sorted(found.items()))
