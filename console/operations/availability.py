"""The operations of a record for a viewer: permitted, or with the refusal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from console.operations.labels import label_of, value_label
from console.operations.references import choice_of
from core.errors import Refusal
from core.operations.authorization import Authorization
from core.operations.registry import EntryPoint, Operation, registry
from users.choices import Role

# Operations with separate pages: the login, the activation, and reads.
ELSEWHERE = frozenset(
    {
        *("access.login", "access.logout", "access.activate"),
        *("access.begin_second_factor", "access.confirm_second_factor", "access.remove_second_factor"),
    }
)

# The most frequent operations come first; long lists are collapsed.
FIRST = (
    "incident.update",
    "communication.create",
    "escalation.create",
    "workaround.create",
    "change.create",
    "rca.create",
    "incident.resolve",
    "incident.confirm_mitigation",
    "postmortem.review",
    "incident.close",
    "incident.reopen",
    "incident.pause_clock",
    "incident.add_note",
)
FEW = 8


@dataclass(frozen=True, slots=True)
class Act:
    """An operation as a button: where it leads, or why it is disabled."""

    operation: Operation
    label: str
    address: str
    refusal: Refusal | None = None
    not_now: str = ""

    @property
    def name(self) -> str:
        return self.operation.name

    @property
    def allowed(self) -> bool:
        return self.refusal is None and not self.not_now

    @property
    def reason(self) -> str:
        return self.refusal.detail if self.refusal is not None else self.not_now

    @property
    def rule(self) -> str:
        return (self.refusal.rule if self.refusal is not None else "lifecycle") or ""

    @property
    def sop(self) -> str:
        return ", ".join(str(each) for each in self.operation.sop)

    @property
    def rule_text(self) -> str:
        return _("Rule: %(rule)s") % {"rule": self.rule.replace("_", " ")}

    @property
    def roles(self) -> str:
        """The permitted roles."""
        return ", ".join(_(Role(each).label) for each in sorted(self.operation.roles or ()))

    @property
    def for_others(self) -> bool:
        """Whether the viewer's role can never do it."""
        return self.refusal is not None and self.refusal.rule == "who_can_perform"


def divided(acts: list[Act]) -> dict[str, list[Act]]:
    """The actions as a page shows them: permitted, not permitted now, and those of other roles."""
    allowed = sorted((each for each in acts if each.allowed), key=_rank)
    return {
        "acts": acts,
        "first": [each for each in allowed if _rank(each) < len(FIRST) or len(allowed) <= FEW],
        "more": [each for each in allowed if _rank(each) == len(FIRST) and len(allowed) > FEW],
        "forbidden": [each for each in acts if not each.allowed and not each.for_others],
        "of_others": [each for each in acts if each.for_others],
    }


def _rank(act: Act) -> int:
    return FIRST.index(act.name) if act.name in FIRST else len(FIRST)


def is_act(operation: Operation) -> bool:
    """Whether an operation has a page with a form."""
    through_rest = operation.entry_point is EntryPoint.REST and not operation.anonymous
    return through_rest and not operation.reads and operation.name not in ELSEWHERE


def address_of_act(name: str, pk: Any = None, **given: Any) -> str:
    """The page of an operation, on a record or with some of its fields filled in."""
    page = reverse("admin:act", args=[name]) if pk is None else reverse("admin:act_on", args=[name, pk])
    return f"{page}?{urlencode(given)}" if given else page


def refusal_of(operation: Operation, actor: Any, target: Any) -> Refusal | None:
    """The refusal before any body is read, or None. Permitted is not yet ready: the body and the state decide later."""
    law = Authorization(operation, actor)
    try:
        law.before_target()
        law.of_target(target)
    except Refusal as refusal:
        return refusal
    return None


def acts_on(record: Any, actor: Any) -> list[Act]:
    """The operations on a record."""
    return [_on(each, record, actor) for each in registry if each.target == record.entity_type and is_act(each)]


def acts_from(record: Any, actor: Any, *, leaving: frozenset[str] = frozenset()) -> list[Act]:
    """The operations that create records for this record: those whose body refers to its type."""
    found = [(each, name) for each, name in _creations(type(record)) if each.name not in leaving]
    return [
        Act(each, label_of(each), address_of_act(each.name, **{name: record.pk}), refusal_of(each, actor, None))
        for each, name in found
    ]


def creations_of(entity_type: str, actor: Any) -> list[Act]:
    """The operations that create records of a type, for its list."""
    return [
        Act(each, label_of(each), address_of_act(each.name), refusal_of(each, actor, None))
        for each in registry
        if each.target is None and each.subject == entity_type and is_act(each)
    ]


def _on(operation: Operation, record: Any, actor: Any) -> Act:
    refusal = refusal_of(operation, actor, record)
    not_now = "" if refusal is not None else _not_now(operation, record)
    return Act(operation, label_of(operation), address_of_act(operation.name, record.pk), refusal, not_now)


def _not_now(operation: Operation, record: Any) -> str:
    """The status that forbids an operation whose only effect is a transition."""
    moves = [each for each in operation.moves if each.rows and each.lifecycle.name == _lifecycle_of(record)]
    if operation.partial or not moves:
        return ""
    starts = dict.fromkeys(start for each in moves for start, _end in each.rows)
    status = getattr(record, "status", None)
    if status is None or status in starts:
        return ""
    wanted = " / ".join(_status_label(record, each) for each in starts)
    return _("It is %(status)s; this needs %(wanted)s.") % {
        "status": _status_label(record, status).lower(),
        "wanted": wanted.lower(),
    }


def _lifecycle_of(record: Any) -> str:
    own = {each.lifecycle.name for name in registry if name.target == record.entity_type for each in name.moves}
    return next(iter(own)) if len(own) == 1 else ""


def _status_label(record: Any, status: str) -> str:
    choices = dict(record._meta.get_field("status").flatchoices)
    return _(str(choices.get(status) or value_label(status)))


def _creations(model: Any) -> Iterator[tuple[Operation, str]]:
    for each in registry:
        if each.target is not None or not is_act(each) or model._meta.label == "users.User":
            continue
        for shape in each.shapes[:1]:
            name = next((name for name, field in shape().fields.items() if _refers_to(field, model)), None)
            if name:
                yield each, name


def _refers_to(field: Any, model: Any) -> bool:
    choice = choice_of(field) if not hasattr(field, "child") else None
    return choice is not None and choice.model is model
