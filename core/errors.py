"""The exceptions of refusals.

Refusal            any refusal: a code, a sentence, the rule, every failing field or precondition
AuditTrailFailure  the audit entry could not be written, so nothing was (SOP 27)
UndeclaredError    a programming error: a write without an operation or an actor; never shown to a client
"""

import dataclasses
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from core.codes import MEANINGS, Code, Meaning


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One failing field or precondition of a refusal."""

    code: str
    detail: str
    field: str | None = None
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        named = {"field": self.field} if self.field else {}
        return {**named, "code": self.code, "detail": self.detail, **self.facts}


# The maximum number of items in a refusal: listing every error of a nonsensical request would cost too much.
MAX_ITEMS = 100


class Refusal(Exception):
    """A request that the policy, the contract or the data forbids.

    Arguments: the code, a sentence for the reader, the name of the rule that applied, all failing items, the next step
    (by default the code's own) and seconds to wait (`retry_after`). `afterwards` writes what must survive the rollback
    of the request: the dispatcher calls it after the rollback; after a dry run only if `even_on_dry_run`.
    """

    def __init__(
        self,
        code: Code,
        detail: str = "",
        *,
        rule: str = "",
        errors: Iterable[Item] = (),
        next: str = "",
        retry_after: int | None = None,
    ) -> None:
        self.code = Code(code)
        self.meaning: Meaning = MEANINGS[self.code]
        self.detail = detail or f"{self.meaning.title}."
        self.rule = rule
        self.errors = tuple(islice(errors, MAX_ITEMS))
        self.next = next or self.meaning.next
        self.retry_after = retry_after
        self.operation: Any = None
        self.afterwards: Callable[[], None] | None = None
        self.even_on_dry_run = False
        super().__init__(f"{self.code}: {self.detail}")


class AuditTrailFailure(Refusal):
    """The audit entry could not be written: the whole request is rolled back (SOP 27, step 3)."""

    def __init__(self) -> None:
        super().__init__(Code.AUDIT_TRAIL_FAILURE, "Audit trail failure", rule="audit_before_answer")


class UndeclaredError(RuntimeError):
    """A write, a route or a hook without a declaration: a programming error, not a client error."""


def invalid(field_name: str, detail: str, code: str = "invalid", **options: Any) -> Refusal:
    """A refusal of one invalid field (400 validation_error)."""
    item = Item(code, detail, field_name)
    return Refusal(Code.VALIDATION_ERROR, f"{field_name}: {detail}", errors=[item], **options)


def not_found(name: str = "record") -> Refusal:
    """The refusal for a record that does not exist or is outside the caller's scope; the two are indistinguishable."""
    return Refusal(Code.NOT_FOUND, f"No {name.replace('_', ' ')} with this id is in your scope.", rule="read_scope")
