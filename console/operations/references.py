"""References in forms: the records that a viewer may choose, and the record that a text identifies."""

import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from core.console.columns import defer_imported
from core.console.titles import title_of
from core.operations.entities import models_by_type
from core.operations.fields import MAX_ID, Reference
from core.reading.collections import collections

# The maximum number of records in a list; for more, the viewer types a part of the name.
OFFERED = 50
# "Second Gateway (12)", "INC-00000012" and "12" all name number 12.
NUMBERED = re.compile(r"(?:.*\()?(?:[A-Za-z]+-)?0*([0-9]{1,18})\)?\Z", re.DOTALL)
# The model of lists of ids whose field does not name it.
ID_LISTS = {"affected_client_ids": "client", "event_record_ids": "event_record"}


@dataclass(frozen=True, slots=True)
class Choice:
    """The choices: readable records of a model, restricted by its field."""

    model: Any
    active: bool = False
    fits: tuple[tuple[str, Any], ...] = ()
    roles: frozenset[str] = frozenset()

    def records(self, actor: Any) -> Any:
        """The records that fit, in the actor's scope, newest first."""
        found = defer_imported(self.model.objects.visible_to(actor)).order_by("-pk").filter(**dict(self.fits))
        if self.active and _has_column(self.model, "status"):
            found = found.filter(status="active")
        return found.filter(role__in=self.roles) if self.roles else found

    def offered(self, actor: Any) -> list[Any]:
        """The records, or one more than OFFERED of them."""
        return list(self.records(actor)[: OFFERED + 1])

    def named(self, actor: Any, ids: list[int]) -> dict[int, str]:
        """The names of readable records."""
        readable = defer_imported(self.model.objects.visible_to(actor).filter(pk__in=ids))
        return {each.pk: title_of(each) for each in readable} if ids else {}

    def matching(self, actor: Any, text: str) -> list[Any]:
        """The records that a text may identify."""
        collection = collections.get(self.model.entity_type)
        if collection is None:
            return []
        found = collection.filtered(actor, {"search": text})
        return list(self.records(actor).filter(pk__in=found.order_by().values("pk"))[: OFFERED + 1])


def choice_of(field: Any) -> Choice | None:
    """The choices of a field; None if it is not a reference."""
    if isinstance(field, Reference):
        plain = {name: value for name, value in field.fits.items() if _has_column(field.model, name)}
        return Choice(field.model, field.active, tuple(plain.items()), getattr(field, "roles", frozenset()))
    name = getattr(field, "entity_type", None) or ID_LISTS.get(getattr(field, "field_name", ""))
    model = models_by_type().get(name or "")
    return Choice(model, active=name == "client") if model is not None else None


def list_choice_of(field: Any) -> Choice | None:
    """The choices of a list; None if it is not a list of references."""
    child = getattr(field, "child", None)
    return choice_of(child) if isinstance(child, Reference) else choice_of(field)


def number_in(text: str) -> int | None:
    """The number in a text."""
    found = NUMBERED.fullmatch(text.strip())
    number = int(found[1]) if found else None
    return number if number is not None and number <= MAX_ID else None


def meant(choice: Choice, actor: Any, text: str) -> tuple[int | None, list[Any], str]:
    """The id that a text identifies; otherwise the candidates and the error."""
    number = number_in(text)
    if number is not None:
        return number, [], ""
    found = choice.matching(actor, text)
    exact = [each for each in found if title_of(each).casefold() == text.strip().casefold()]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0].pk, [], ""
    if not found:
        return None, [], _("Nothing here is called “%(text)s”.") % {"text": text}
    return None, found, _("Several match “%(text)s”: choose one.") % {"text": text}


def _has_column(model: Any, name: str) -> bool:
    return any(each.name == name for each in apps.get_model(model._meta.label)._meta.concrete_fields)
