"""`docs/errors.md`: every refusal code, its reason, the remedy, and the problem document."""

import json
from collections.abc import Iterator

from core.codes import MEANINGS, Code
from ims.docs.recorded import problems

INTRO = """# Error codes: reason and remedy

`python -m tools error_docs` generates this page from `core/codes.py`; with `--check` it fails when the page is out of
date. The documents shown are recorded refusals (`ims/docs/examples/problems.json`), which a test reproduces.

Every refusal is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`:

- The meaning of a `code` never changes, so programs can rely on it. `errors` lists **all** failing fields or
  conditions, each with its own code and, if a single field is the cause, its name.
- `sop`, `rule` and `operation` identify the procedure and the rule that applied.
- `next` is the next step. If `transfer_to_human` is true, only a person can help: `handoff`, if present, is the ready
  body for `POST /handoffs/`.
- `error_class` is the policy's error class. `request_id` identifies the request in the logs and the audit trail.

A refused request has written nothing, whatever the code. The description (`GET /api/v1/schema/`) lists the codes of
each operation, with the examples below. Conditions are checked in a fixed order: login, active account, role, in
person, the grant of an agent's token, scope, duties that need no body, shape and references, duties that need the body,
version, state and preconditions, approval.
"""

WHY: dict[Code, str] = {
    Code.VALIDATION_ERROR: (
        "One or more fields of the body, or a header, are malformed or have an invalid value. If a body has several "
        "kinds of errors, this is the code, and `errors[].code` has the details."
    ),
    Code.UNKNOWN_FIELD: (
        "Bodies are strict: a field that the operation does not have, or that is read-only, is an error."
    ),
    Code.INVALID_REFERENCE: (
        "An id in the body refers to a record that does not exist, that the caller may not read, that is not active "
        "or that is not suitable."
    ),
    Code.INVALID_FILTER: "A query parameter is unknown, empty, invalid, or repeated more often than allowed.",
    Code.MALFORMED_BODY: (
        "The body is not valid JSON in UTF-8, is not an object, is nested too deeply or is incomplete."
    ),
    Code.NOT_AUTHENTICATED: "The request has no token, or one that does not exist or was revoked.",
    Code.TOKEN_EXPIRED: "The token is correct but has expired.",
    Code.INVALID_CREDENTIALS: (
        "E-mail address and password do not match, or two activation shares do not match, are used, or are void."
    ),
    Code.OTP_REQUIRED: (
        "The account has a second factor: a login needs the password and, as `otp`, the code of the authenticator app "
        "or a recovery code."
    ),
    Code.ROLE_NOT_PERMITTED: (
        "The procedure lists the roles that can perform it, and the caller's role is not one of them."
    ),
    Code.USER_INACTIVE: "The account is inactive, suspended or on leave, and may not do anything.",
    Code.OUT_OF_SCOPE: (
        "The caller may read the record but is not a person that the rule permits: its author, its assignee, its "
        "account manager."
    ),
    Code.ACTOR_MISMATCH: ("A field for the acting person names someone else; the actor is always the caller."),
    Code.SEGREGATION_OF_DUTIES: "Two steps that require two people would be done by one.",
    Code.IN_PERSON_REQUIRED: (
        "Operations that grant, check or revoke authority must be done by the logged-in person, never with a token "
        "that names a software agent."
    ),
    Code.SECOND_FACTOR_REQUIRED: (
        "The installation requires a second factor of incident managers, system administrators and executives "
        "(`IMS_REQUIRE_MFA`). Until this account has one, its tokens and sessions can only enrol it."
    ),
    Code.OPERATION_NOT_GRANTED: (
        "The token names a software agent and does not grant this operation; `errors` lists what it grants. Reads, "
        "checks, requests for approval and handoffs need no grant."
    ),
    Code.CAP_REACHED: (
        "The token's daily cap for this operation is used up. Writes with all tokens of the person and agent count, "
        "by UTC date; a replay with the same Idempotency-Key counts nothing."
    ),
    Code.APPROVAL_REQUIRED: (
        "The operation is elevated, the caller does not have an approving role, and the request names no approval."
    ),
    Code.APPROVAL_INVALID: (
        "The given approval is pending, rejected, expired or used, or was granted for another person, operation, "
        "record or body: `errors[].code` has the reason."
    ),
    Code.NOT_FOUND: (
        "The path refers to a record that does not exist or is outside the caller's scope; the two are "
        "indistinguishable."
    ),
    Code.METHOD_NOT_ALLOWED: "The path exists, but not with this method: only tokens and sessions can be deleted.",
    Code.NOT_ACCEPTABLE: "The Accept header requests a media type that is not available here.",
    Code.BODY_TOO_LARGE: ("The body exceeds the installation's limit (`IMS_BODY_MAX_BYTES`, by default one megabyte)."),
    Code.UNSUPPORTED_MEDIA_TYPE: "The Content-Type is not `application/json`.",
    Code.DUPLICATE: (
        "A unique value is already in use; `errors` names the field, and the record if the caller may read it."
    ),
    Code.DUPLICATE_OPEN_INCIDENT: "An unresolved incident with the same client, component and category exists.",
    Code.INVALID_TRANSITION: (
        "This transition isn't allowed from the current status; `errors` lists the allowed ones."
    ),
    Code.PRECONDITION_FAILED: (
        "The transition is allowed from the current status, but a precondition is not met; all of them are listed."
    ),
    Code.IDEMPOTENCY_CONFLICT: "The Idempotency-Key was used for another request within the last 24 hours.",
    Code.IN_USE: "Other records refer to this one, or a referenced record no longer exists.",
    Code.STALE_VERSION: "If-Match names a version of the record that is no longer current.",
    Code.SEVERITY_MISMATCH: "The stated severity is lower than the classification of the stated facts.",
    Code.CALCULATION_FAILED: ("A metric or a report needs data that is neither recorded nor in the request."),
    Code.THROTTLED: "This token, or this address, has exceeded its rate limit.",
    Code.LOCKED_OUT: "Too many failed logins for this account from this address.",
    Code.AUDIT_TRAIL_FAILURE: ("The audit entry could not be written, so the request was rolled back."),
    Code.DATABASE_UNAVAILABLE: "The database is unavailable or timed out.",
    Code.INTERNAL_ERROR: "A defect in the server. Its log has the details under the request_id.",
}


def render() -> str:
    """The whole page."""
    return "\n".join([INTRO, _overview(), *_sections()]).rstrip() + "\n"


def _overview() -> str:
    lines = ["| code | status | error class |", "|---|---|---|"]
    lines += [f"| [`{code}`](#{code}) | {each.status} | {each.error_class} |" for code, each in MEANINGS.items()]
    return "\n".join(lines) + "\n"


def _sections() -> Iterator[str]:
    for code, meaning in MEANINGS.items():
        human = " Only a person can help." if meaning.human else ""
        yield f"## {code}\n"
        yield f"{meaning.status}, class `{meaning.error_class}`: {meaning.title}.\n"
        yield f"**Why:** {WHY[code]}\n"
        yield f"**What to do:** {meaning.next}{human}\n"
        yield f"```json\n{json.dumps(problems()[code]['answer'], indent=2, ensure_ascii=False)}\n```\n"
