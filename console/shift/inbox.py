"""The viewer's inbox: its kinds, and the records of one kind."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from core.console.columns import address_of
from core.console.titles import title_of
from resolution.inbox import KINDS, InboxKind, inbox_counts

MOST = 100

NAMES = {
    "communications": _("Messages"),
    "approvals": _("Approvals to decide"),
    "countersignatures": _("Activations to countersign"),
    "reopened_access": _("My access was reopened"),
    "system_acts": _("Acts of the server's operator"),
    "escalations": _("Escalations to me"),
    "handoffs": _("Handoffs to take"),
    "incidents": _("My incidents"),
    "root_cause_analyses": _("My analyses"),
    "knowledge_articles": _("Articles to review"),
    "post_incident_reviews": _("Reviews I facilitate"),
    "action_items": _("My action items"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kind of work with its count."""

    name: str
    title: str
    count: int


def waiting_for(viewer: Any) -> list[Waiting]:
    """Every kind with something in it, the counts equal to the API's inbox."""
    return [Waiting(name, str(NAMES[name]), count) for name, count in inbox_counts(viewer).items() if count]


def kind_of(name: str, viewer: Any) -> InboxKind:
    """A kind of the viewer's inbox. Raises Http404."""
    found = next((kind for kind in KINDS if kind.name == name and kind.concerns(viewer.role)), None)
    if found is None:
        raise Http404
    return found


def records_of(kind: InboxKind, viewer: Any) -> list[dict[str, Any]]:
    """The newest records of a kind: title, address, time."""
    records = kind.collection.filtered(viewer, kind.filters_for(viewer)).order_by("-pk")[:MOST]
    return [
        {"title": title_of(each), "address": address_of(type(each), each.pk), "at": getattr(each, "created_at", None)}
        for each in records
    ]
