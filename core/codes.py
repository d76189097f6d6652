"""Every code of a refusal in one table: its HTTP status, the policy's error class, the next step.

The codes are the contract with clients; their meaning never changes. `human` marks refusals that only a person can
resolve: their problem documents have `transfer_to_human: true`.
"""

from dataclasses import dataclass
from enum import StrEnum


class ErrorClass(StrEnum):
    """The policy's "Common Error Classes"."""

    INVALID_INPUT = "invalid_input"
    APPROVAL = "approval"
    INVALID_TRANSITION = "invalid_transition"
    UNAUTHORIZED = "unauthorized"
    TOOL_FAILURE = "tool_failure"
    CALCULATION_FAILED = "calculation_failed"


class Code(StrEnum):
    VALIDATION_ERROR = "validation_error"
    UNKNOWN_FIELD = "unknown_field"
    INVALID_REFERENCE = "invalid_reference"
    INVALID_FILTER = "invalid_filter"
    MALFORMED_BODY = "malformed_body"
    NOT_AUTHENTICATED = "not_authenticated"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a code, not a secret
    INVALID_CREDENTIALS = "invalid_credentials"
    OTP_REQUIRED = "otp_required"
    ROLE_NOT_PERMITTED = "role_not_permitted"
    USER_INACTIVE = "user_inactive"
    OUT_OF_SCOPE = "out_of_scope"
    ACTOR_MISMATCH = "actor_mismatch"
    SEGREGATION_OF_DUTIES = "segregation_of_duties"
    IN_PERSON_REQUIRED = "in_person_required"
    SECOND_FACTOR_REQUIRED = "second_factor_required"
    OPERATION_NOT_GRANTED = "operation_not_granted"
    CAP_REACHED = "cap_reached"
    APPROVAL_REQUIRED = "approval_required"
    APPROVAL_INVALID = "approval_invalid"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    DUPLICATE = "duplicate"
    DUPLICATE_OPEN_INCIDENT = "duplicate_open_incident"
    INVALID_TRANSITION = "invalid_transition"
    PRECONDITION_FAILED = "precondition_failed"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    IN_USE = "in_use"
    STALE_VERSION = "stale_version"
    SEVERITY_MISMATCH = "severity_mismatch"
    CALCULATION_FAILED = "calculation_failed"
    THROTTLED = "throttled"
    LOCKED_OUT = "locked_out"
    AUDIT_TRAIL_FAILURE = "audit_trail_failure"
    DATABASE_UNAVAILABLE = "database_unavailable"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class Meaning:
    status: int
    error_class: ErrorClass
    title: str
    next: str
    human: bool = False


_IN = ErrorClass.INVALID_INPUT
_UN = ErrorClass.UNAUTHORIZED
_AP = ErrorClass.APPROVAL
_TR = ErrorClass.INVALID_TRANSITION
_TO = ErrorClass.TOOL_FAILURE

MEANINGS: dict[Code, Meaning] = {
    Code.VALIDATION_ERROR: Meaning(
        400, _IN, "The input is invalid", "Correct the fields listed in errors and send the request again."
    ),
    Code.UNKNOWN_FIELD: Meaning(400, _IN, "The body has unknown fields", "Remove the fields listed in errors."),
    Code.INVALID_REFERENCE: Meaning(
        400, _IN, "A reference is invalid", "Use ids of records that exist, are active and that you may read."
    ),
    Code.INVALID_FILTER: Meaning(400, _IN, "A filter is invalid", "Use the filters listed in the schema."),
    Code.MALFORMED_BODY: Meaning(400, _IN, "The body cannot be parsed", "Send one JSON object in UTF-8."),
    Code.NOT_AUTHENTICATED: Meaning(
        401, _UN, "Authentication is required", "Send the header Authorization: Token <token>."
    ),
    Code.TOKEN_EXPIRED: Meaning(401, _UN, "The token has expired", "Obtain a new token with POST /api/v1/auth/token/."),
    Code.INVALID_CREDENTIALS: Meaning(401, _UN, "The credentials are invalid", "Check the credentials and try again."),
    Code.OTP_REQUIRED: Meaning(
        401,
        _UN,
        "A one-time code is required",
        "Log in again with otp: the code of the authenticator app, or a recovery code.",
    ),
    Code.ROLE_NOT_PERMITTED: Meaning(
        403,
        _UN,
        "Your role is not permitted to do this",
        "Hand over to someone with one of the permitted roles.",
        human=True,
    ),
    Code.USER_INACTIVE: Meaning(
        403, _UN, "Your account is not active", "Ask a system administrator to activate the account.", human=True
    ),
    Code.OUT_OF_SCOPE: Meaning(
        403, _UN, "The record is outside your scope", "Hand over to someone the rule permits.", human=True
    ),
    Code.ACTOR_MISMATCH: Meaning(
        403, _UN, "The named actor is not the caller", "Remove the field or use the id of your own account."
    ),
    Code.SEGREGATION_OF_DUTIES: Meaning(
        403, _UN, "Segregation of duties forbids this", "Hand over to another person the rule permits.", human=True
    ),
    Code.IN_PERSON_REQUIRED: Meaning(
        403,
        _UN,
        "This must be done in person, not by a software agent",
        "The person represented by the agent must do this, with a token that names no agent.",
        human=True,
    ),
    Code.SECOND_FACTOR_REQUIRED: Meaning(
        403,
        _UN,
        "The account must have a second factor",
        "Enrol one: POST /api/v1/auth/totp/, then POST /api/v1/auth/totp/confirm/; or in the console.",
    ),
    Code.OPERATION_NOT_GRANTED: Meaning(
        403,
        _UN,
        "The token does not grant this operation",
        "Hand over to the person, who can do it or create a token that grants the operation.",
        human=True,
    ),
    Code.CAP_REACHED: Meaning(
        403,
        _UN,
        "The daily cap of this operation is reached",
        "Wait until the time in errors, or hand over to the person.",
        human=True,
    ),
    Code.APPROVAL_REQUIRED: Meaning(
        403,
        _AP,
        "An approval is required",
        "Request an approval with POST /api/v1/approvals/ and repeat the request with Approval-Id.",
    ),
    Code.APPROVAL_INVALID: Meaning(
        403, _AP, "The approval does not match this request", "Request a new approval for exactly this request."
    ),
    Code.NOT_FOUND: Meaning(404, _IN, "The record was not found", "Find the record with GET /api/v1/discovery/."),
    Code.METHOD_NOT_ALLOWED: Meaning(405, _IN, "The method is not allowed", "Use a method listed in the Allow header."),
    Code.NOT_ACCEPTABLE: Meaning(
        406, _IN, "The requested representation is not available", "Send Accept: application/json."
    ),
    Code.BODY_TOO_LARGE: Meaning(413, _IN, "The body is too large", "Send a smaller body."),
    Code.UNSUPPORTED_MEDIA_TYPE: Meaning(
        415, _IN, "The media type is not supported", "Send Content-Type: application/json."
    ),
    Code.DUPLICATE: Meaning(
        409, _IN, "A record with this value already exists", "Use the existing record or another value."
    ),
    Code.DUPLICATE_OPEN_INCIDENT: Meaning(
        409, _IN, "A duplicate open incident exists", "Work on the incident listed in errors."
    ),
    Code.INVALID_TRANSITION: Meaning(
        409, _TR, "The transition is not allowed from the current status", "Use an allowed transition."
    ),
    Code.PRECONDITION_FAILED: Meaning(409, _TR, "A precondition is not met", "Fulfil the conditions listed in errors."),
    Code.IDEMPOTENCY_CONFLICT: Meaning(
        409, _TR, "The Idempotency-Key was used for another request", "Use a new Idempotency-Key for each new request."
    ),
    Code.IN_USE: Meaning(409, _IN, "The record is in use", "Change the records that use it first."),
    Code.STALE_VERSION: Meaning(
        412,
        _TR,
        "The record has changed since you read it",
        "Read the record again and repeat the request with its new ETag.",
    ),
    Code.SEVERITY_MISMATCH: Meaning(
        422, _IN, "The severity contradicts the stated facts", "Send the classified severity, or omit the field."
    ),
    Code.CALCULATION_FAILED: Meaning(
        422, ErrorClass.CALCULATION_FAILED, "The calculation failed", "Supply the data listed in errors."
    ),
    Code.THROTTLED: Meaning(
        429, _UN, "Too many requests", "Wait for the time in Retry-After, then repeat the request."
    ),
    Code.LOCKED_OUT: Meaning(
        429, _UN, "Too many failed logins", "Wait for the time in Retry-After, then repeat the request.", human=True
    ),
    Code.AUDIT_TRAIL_FAILURE: Meaning(
        503,
        _TO,
        "Audit trail failure",
        "Nothing was written. Repeat the request later; if the error persists, contact an operator.",
        human=True,
    ),
    Code.DATABASE_UNAVAILABLE: Meaning(
        503, _TO, "The database is unavailable", "Nothing was written. Repeat the request later.", human=True
    ),
    Code.INTERNAL_ERROR: Meaning(
        500, _TO, "Internal server error", "Nothing was written. Contact an operator with the request_id.", human=True
    ),
}
