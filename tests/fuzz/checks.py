"""One check of schemathesis made sharper: which refusals a request that fits its description may meet.

The built-in one knows statuses only. Here every failing item of the problem document must be of a kind that no schema
can express; a refusal for anything else means that the description promises too much, or the server refuses too much.
"""

import re
from typing import Any

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

# Codes of failing items that depend on more than the shape of the request.
BEYOND_A_SCHEMA = {
    "invalid_reference": "whether a record exists, is in scope, is active and fits",
    "kept": "which record this one stays with",
    "unknown_operation": "which operations exist: GET /policy/ tells",
    "target_mismatch": "on which type of record an operation acts",
    "not_applicable": "whether an operation acts on a record, another field says something",
    "approval_not_needed": "which operations are elevated",
    "invalid_target": "what role a person has",
    "level_disagrees": "what role a person has",
    "outside_tier_range": "what the subscription's tier permits",
    "order": "what is promised for the other severities",
    "unit_mismatch": "the unit of another field's figure",
    "times_not_ordered": "two times of one request",
    "dates_out_of_order": "two dates of one request",
    "in_the_future": "the clock",
    "in_the_past": "the clock",
    "control_character": "control characters anywhere in a text",
    "out_of_range": "dates before 1970 and after 2199: JSON Schema bounds numbers only",
    "huge": "numbers anywhere in free JSON",
    "max_digits": "decimal digits: a multiple of a decimal fraction is no safe rule for binary numbers",
    "max_decimal_places": "decimal digits",
    "blank": "a text of white space only",
    "phone": "telephone numbers: their plans are no pattern",
    "timezone": "time zones: hundreds, which change with the world",
    "weak_password": "a list of known passwords, and the person's own name",
    "wrong_password": "the present password",
    "invalid_otp": "which code the authenticator app shows now",
}
# What filters refuse of a text with their one code: control characters, and more words than a search takes.
TEXTS_OF_FILTERS = re.compile(r"^The control character |^This has \d+ words")
# Rules on more than one parameter or field.
BEYOND_THE_PARTS = {"query_size": "all parameters together"}
# Names that some roles do not see are unknown to them; the description offers them to everybody. That it offers no
# others is shown by tests/ims/test_schema.py.
UNKNOWN = re.compile(r"^Unknown: |: unknown: ")
PROBLEM = "application/problem+json"
PLAINLY_MISSING = "This field is required."
# Query parameters that are read as a whole: what only a page can give, and a stretch of time.
READ_AS_A_WHOLE = ("cursor", "after", "from", "to", "interval")
# The body of the request that an approval is for: another operation's description.
FOR_LATER = "payload."


@schemathesis.check
def fitting_data_acceptance(ctx: Any, response: Any, case: Any) -> bool | None:
    """A request that conforms to the description is refused only for reasons that a description cannot express."""
    if response.status_code == 400 and _beyond_a_schema(response):
        return None
    return positive_data_acceptance(ctx, response, case)


def _beyond_a_schema(response: Any) -> bool:
    if response.headers["content-type"] != [PROBLEM]:
        return False
    problem = response.json()
    if problem["rule"] in BEYOND_THE_PARTS or UNKNOWN.search(problem["detail"]):
        return True
    return all(_excused(item) for item in problem["errors"])


def _excused(item: dict[str, Any]) -> bool:
    field = item.get("field", "")
    if field in READ_AS_A_WHOLE or field.startswith(FOR_LATER):
        return True
    if item["code"] == "required":  # where another field, or the state, makes it so
        return item["detail"] != PLAINLY_MISSING
    if item["code"] == "invalid_filter":
        return TEXTS_OF_FILTERS.search(item["detail"]) is not None
    return item["code"] in BEYOND_A_SCHEMA
