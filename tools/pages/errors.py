"""`docs/errors.md`: every code of a refusal, why it happens, what to do, and the document itself."""

import json
from collections.abc import Iterator

from core.codes import MEANINGS, Code
from ims.docs.recorded import problems

INTRO = """# Errors: every code, why it happens, what to do

This page is rendered from `core/codes.py` (`python -m tools error_docs`); `--check` fails when it is not current. The
documents shown are recorded refusals (`ims/docs/examples/problems.json`), played again by a test.

Every refusal is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`:

- `code` never changes its meaning: programs decide by it. `errors` lists **all** failing fields or conditions at once,
  each with a code of its own and, where one field is to blame, its name.
- `sop`, `rule` and `operation` say which procedure and which of its rules decided.
- `next` says what to do. Where `transfer_to_human` is true only a person can help: `handoff`, if it is there, is the
  ready body for `POST /handoffs/`.
- `error_class` is the policy's own class of the error. `request_id` finds the request in the logs and the audit trail.

A refused request has written nothing, whatever the code. Which codes an operation can give stands in its description
(`GET /api/v1/schema/`), with the examples below. The order in which conditions are checked is fixed: login, active
account, role, scope, shape and references, duties, version, state and preconditions, approval.
"""

WHY: dict[Code, str] = {
    Code.VALIDATION_ERROR: (
        "One or more fields of the body, or a header, do not have the required form or value; with several kinds "
        "of mistakes in one body this is the code and `errors[].code` tells them apart."
    ),
    Code.UNKNOWN_FIELD: (
        "Bodies are strict: a field that the operation does not know, or that is read-only, is a mistake."
    ),
    Code.INVALID_REFERENCE: (
        "An id in the body names a record that does not exist, that the caller may not read, that is not active "
        "or that does not fit its use."
    ),
    Code.INVALID_FILTER: "A query parameter is unknown here, empty, invalid, or given more often than it may be.",
    Code.MALFORMED_BODY: (
        "The body is not valid JSON in UTF-8, is not an object, is nested too deeply or is incomplete."
    ),
    Code.NOT_AUTHENTICATED: "The request carries no token, or one that does not exist or was revoked.",
    Code.TOKEN_EXPIRED: "The token was valid once and its time is over.",
    Code.INVALID_CREDENTIALS: (
        "E-mail address and password do not belong together, or two activation shares do not, are used, or void."
    ),
    Code.ROLE_NOT_PERMITTED: "The procedure lists who can perform it, and the caller's role is not among them.",
    Code.USER_INACTIVE: "The account is inactive, suspended or on leave; whatever its role, it may do nothing.",
    Code.OUT_OF_SCOPE: (
        "The caller may read the record but is not the person the rule names: its author, its assignee, its "
        "account manager."
    ),
    Code.ACTOR_MISMATCH: (
        "A field that stands for the acting person names somebody else; the actor is always the caller."
    ),
    Code.SEGREGATION_OF_DUTIES: "Two steps that must be taken by two people would be taken by one.",
    Code.IN_PERSON_REQUIRED: (
        "What lends, checks or takes back authority is done by the person who is logged in, never by a token that "
        "names a software agent."
    ),
    Code.APPROVAL_REQUIRED: (
        "The operation is elevated, the caller is none of those who govern it, and the request names no approval."
    ),
    Code.APPROVAL_INVALID: (
        "The named approval is pending, rejected, expired or used, or was given for another person, operation, "
        "record or body: `errors[].code` says which."
    ),
    Code.NOT_FOUND: (
        "The path names a record that does not exist or lies outside the caller's scope; the two look alike."
    ),
    Code.METHOD_NOT_ALLOWED: "The path exists, the method does not: nothing is deleted here but tokens.",
    Code.NOT_ACCEPTABLE: "The Accept header asks for a media type in which this cannot be answered.",
    Code.BODY_TOO_LARGE: (
        "The body is larger than the installation takes (`IMS_BODY_MAX_BYTES`, one megabyte by default)."
    ),
    Code.UNSUPPORTED_MEDIA_TYPE: "The body is not declared as `application/json`.",
    Code.DUPLICATE: (
        "A value that must be unique is taken; `errors` names the field, and the record where one may read it."
    ),
    Code.DUPLICATE_OPEN_INCIDENT: "The same client, component and category have an unresolved incident already.",
    Code.INVALID_TRANSITION: (
        "The record's lifecycle does not draw this step from its present status; `errors` lists those it does."
    ),
    Code.PRECONDITION_FAILED: (
        "The status would permit the step, but something that must come first is missing: all of it is listed."
    ),
    Code.IDEMPOTENCY_CONFLICT: "The Idempotency-Key was sent before with another request within 24 hours.",
    Code.IN_USE: "Other records refer to this one, or a record it refers to has just gone.",
    Code.STALE_VERSION: "If-Match names a version of the record that is no longer the current one.",
    Code.SEVERITY_MISMATCH: "The stated severity is not the one that the stated facts give.",
    Code.CALCULATION_FAILED: (
        "A figure or a report needs data that nobody has recorded and the request does not state."
    ),
    Code.THROTTLED: "More requests came with this token, or from this address, than are served in a period.",
    Code.LOCKED_OUT: "Too many failed logins for this account from this address.",
    Code.AUDIT_TRAIL_FAILURE: (
        "The audit entry could not be written, so the request was undone: nothing happens unrecorded."
    ),
    Code.DATABASE_UNAVAILABLE: "The database does not answer, or not in time.",
    Code.INTERNAL_ERROR: "A defect of the server. What went wrong is in its log, under the request_id.",
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
