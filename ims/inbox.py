"""What waits for the caller, of all that the floors keep: each kind is a list of theirs, under filters that name one.

So the inbox shows nothing that those lists would not: their scope, their redaction and their filters are its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from approvals.handoffs import TAKERS
from approvals.views import APPROVALS, HANDOFFS
from audit.views import TRAIL
from core.operations.registry import operation
from core.reading.collections import Collection
from core.verbs import Verb
from incidents.response.views import ANALYSES, COMMUNICATIONS, ESCALATIONS
from incidents.views import INCIDENTS
from knowledge.views import ACTION_ITEMS, ARTICLES, REVIEWS
from users.choices import EX, IM, SA, STAFF
from users.models import User
from users.views import ACTIVATIONS

# Of each kind the newest are shown; all of them stand in the list that it links to.
SHOWN = 20
ME, LATELY = "{me}", "{lately}"
# What was done, unlike what is to be done, waits for nothing: so many days it is shown.
NOTICE_DAYS = 30


# The acts of whoever holds the server's shell, who stands outside the law: those who answer for it see them.
SYSTEM_ACTS = "token.issue,user.bootstrap,user.recover"


@dataclass(frozen=True, slots=True)
class InboxKind:
    """One kind of what waits: the list that it stands in, and the filters that leave what waits for one person."""

    name: str
    text: str
    collection: Collection
    path: str
    filters: Mapping[str, str]
    roles: Iterable[str] | None = None

    def concerns(self, role: str) -> bool:
        return self.roles is None or role in self.roles

    def filters_for(self, user: Any) -> dict[str, str]:
        since = (timezone.now() - timedelta(days=NOTICE_DAYS)).date()
        told = {ME: str(user.pk), LATELY: f"{since.isoformat()}T00:00:00Z"}
        return {name: told.get(value, value) for name, value in self.filters.items()}


KINDS = (
    InboxKind(
        "communications",
        "Communications that name the caller or the team of the caller's role.",
        COMMUNICATIONS,
        "communications/",
        {"for_me": "true"},
    ),
    InboxKind("approvals", "Approvals that the caller may decide.", APPROVALS, "approvals/", {"for_me": "true"}, STAFF),
    InboxKind(
        "countersignatures",
        "Activations of accounts whose other share the caller may draw.",
        ACTIVATIONS,
        "activations/",
        {"for_me": "true"},
        (SA, IM, EX),
    ),
    InboxKind(
        "reopened_access",
        f"Events that reopened the caller's own account in the last {NOTICE_DAYS} days, with the person who did it.",
        ACTIVATIONS,
        "activations/",
        {"user_id": ME, "replaces_access": "true", "created_at__gte": LATELY},
    ),
    InboxKind(
        "system_acts",
        f"What the server's operator did in the last {NOTICE_DAYS} days: accounts made or recovered, tokens issued.",
        TRAIL,
        "audit-entries/",
        {"operation__in": SYSTEM_ACTS, "reference_type__in": "user,token", "created_at__gte": LATELY},
        (SA, EX),
    ),
    InboxKind(
        "escalations",
        "Unresolved escalations to the caller, acknowledged or not.",
        ESCALATIONS,
        "escalations/",
        {"target_user_id": ME, "status__in": "open,acknowledged"},
    ),
    InboxKind("handoffs", "Handoffs that nobody has taken over.", HANDOFFS, "handoffs/", {"status": "open"}, TAKERS),
    InboxKind(
        "incidents",
        "Unresolved incidents that the caller manages or is assigned to.",
        INCIDENTS,
        "incidents/",
        {"for_me": "true", "status__in": "open,in_progress,escalated"},
        STAFF,
    ),
    InboxKind(
        "root_cause_analyses",
        "Analyses that the caller has under way.",
        ANALYSES,
        "root-cause-analyses/",
        {"assigned_to": ME, "status": "in_progress"},
        STAFF,
    ),
    InboxKind(
        "knowledge_articles",
        "Articles that await the caller's review.",
        ARTICLES,
        "knowledge-articles/",
        {"reviewer_user_id": ME, "status": "in_review"},
        STAFF,
    ),
    InboxKind(
        "post_incident_reviews",
        "Unfinished reviews that the caller facilitates.",
        REVIEWS,
        "post-incident-reviews/",
        {"facilitator_user_id": ME, "status__in": "scheduled,in_progress"},
        STAFF,
    ),
    InboxKind(
        "action_items",
        "Open action items that the caller owns.",
        ACTION_ITEMS,
        "action-items/",
        {"owner_id": ME, "status": "open"},
    ),
)


@operation(
    "inbox.read",
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
)
def read_inbox(*, actor: User) -> dict[str, tuple[InboxKind, int, list[dict[str, Any]]]]:
    """Read what waits for oneself: what one was told, may decide, was asked to take over or has under way.

    Of each kind the newest, and how many there are: at most two statements.
    """
    return {kind.name: (kind, *_waiting(kind, actor)) for kind in KINDS}


def _waiting(kind: InboxKind, user: User) -> tuple[int, list[dict[str, Any]]]:
    if not kind.concerns(user.role):
        return 0, []
    filters = kind.filters_for(user)
    page = kind.collection.page(user, {**filters, "page_size": str(SHOWN)})
    count = len(page.rows) if page.next is None else kind.collection.filtered(user, filters).count()
    return count, page.rows
