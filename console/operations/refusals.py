"""A refusal for readers: the sentence, every item, the rule, the next step, and an approval or handoff."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.operations.registry import Operation

# Next steps in the console; those of the API mention requests and headers.
NEXT: Mapping[str, object] = {
    "approval_required": _("Ask for approval of exactly this request; once approved, carry it out from the approval."),
    "approval_invalid": _("Open the approval to see its state; ask for a new one if this one cannot be used."),
    "validation_error": _("Correct the fields named here, and send the form again."),
    "invalid_reference": _("Choose another record, and send the form again."),
    "precondition_failed": _("Do first what is missing; the record's page has a button for each."),
    "invalid_transition": _("Look at the record's status; its page shows what may be done now."),
    "stale_version": _("Compare what changed, and send the form again."),
    "idempotency_conflict": _("This form was already sent with other values. Check the record, and send it again."),
    "duplicate": _("Use the existing record, or correct the field."),
    "role_not_permitted": _("Ask a colleague with a permitted role, or hand the request over."),
    "not_found": _("Check the address, or search for the record."),
}
# Refusals whose sentence only repeats the items, with the API's field names.
OF_INPUT = frozenset({"validation_error", "unknown_field", "invalid_reference"})


@dataclass(frozen=True, slots=True)
class Explained:
    """A problem document for a page. `whole` says whether the form is shown again."""

    operation: Operation
    problem: Mapping[str, Any]
    whole: bool

    @property
    def code(self) -> str:
        return str(self.problem.get("code", ""))

    @property
    def title(self) -> str:
        return gettext(str(self.problem.get("title", "")))

    @property
    def detail(self) -> str:
        """The sentence; empty for invalid input, whose items contain everything."""
        return "" if self.code in OF_INPUT else str(self.problem.get("detail", ""))

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items that add to the sentence."""
        shown = [dict(each) for each in self.problem.get("errors", ()) if each.get("detail") != self.detail]
        for each in shown:
            each["anchor"] = f"field-{each.get('field', '')}".replace("[", "-").replace("]", "").replace(".", "-")
        return shown

    @property
    def sop(self) -> str:
        return ", ".join(str(each) for each in self.problem.get("sop", ()))

    @property
    def first_sop(self) -> str:
        """The procedure whose place on the policy page the refusal leads to."""
        return self.sop.partition(",")[0]

    @property
    def rule(self) -> str:
        return str(self.problem.get("rule", "")).replace("_", " ")

    @property
    def next(self) -> str:
        own = NEXT.get(self.code)
        stated = str(self.problem.get("next") or "")
        return str(own) if own else ("" if "/" in stated else stated)

    @property
    def asks_approval(self) -> bool:
        return self.whole and self.code in ("approval_required", "approval_invalid")

    @property
    def handoff(self) -> list[tuple[str, Any]]:
        """The fields of a ready handoff."""
        return list((self.problem.get("handoff") or {}).items())
