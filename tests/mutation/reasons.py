"""Reasons for known survivors: changes that no test of behaviour can detect."""

from typing import Any

# A part of the mutant's text, and the reason.
NO_OPERATION = "reached only outside of an operation, as in a shell: every request runs one"
AT_ONCE = "reached only by two requests at once: tests/resolution/test_concurrency.py, on PostgreSQL, which locks rows"
FOR_READERS = "says to readers who performs it directly; the approval gate enforces it, and its tests ask the gate"
DESCRIBED = "changes only how the description writes the rule; test_policy_docs compares that"
REASONS: tuple[tuple[str, str], ...] = (
    ("lifecycle.get(", NO_OPERATION),
    ("select_for_update", AT_ONCE),
    ('"duplicate_of_id" →', AT_ONCE),
    ('"duplicates_form_no_circle" →', AT_ONCE),
    ("elevated.applies(actor, target, data) →", FOR_READERS),
    ("len(self._table)", "a mapping has a length; nothing asks for it"),
    ("if self.made else [] →", DESCRIBED),
    ("str(each) → str(None)", DESCRIBED),
    (
        "rule.approver_roles if rule else () →",
        "the rule's roles are the declaration's in every installation: no role below is accepted",
    ),
    ("rule = rule_of(operation) → rule = None", "as above: rules may name no other role than the declaration's"),
)


def reason_of(row: dict[str, Any]) -> str:
    return next((reason for part, reason in REASONS if part in row["text"]), "")
