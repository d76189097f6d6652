"""The inbox: pending work of the caller. Each kind is a filtered list of another app.

The inbox therefore shows only what those lists would: it uses their scope, their redaction and their filters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Value
from django.utils import timezone

from approvals.handoffs import HANDLERS
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

# The number of records shown of each kind; the linked list contains all of them.
SHOWN = 20
ME, LATELY = "{me}", "{lately}"
# Completed acts need no response: they are shown for this many days.
NOTICE_DAYS = 30


# Acts with shell access to the server, which bypasses the policy's duties; the accountable roles see them.
SYSTEM_ACTS = "token.issue,user.bootstrap,user.recover"


@dataclass(frozen=True, slots=True)
class InboxKind:
    """One kind of pending work: its list, and the filters that select one person's records."""

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
        placeholders = {ME: str(user.pk), LATELY: f"{since.isoformat()}T00:00:00Z"}
        return {name: placeholders.get(value, value) for name, value in self.filters.items()}


KINDS = (
    InboxKind(
        "communications",
        "Communications addressed to the caller or the team of the caller's role.",
        COMMUNICATIONS,
        "communications/",
        {"for_me": "true"},
    ),
    InboxKind("approvals", "Approvals that the caller may decide.", APPROVALS, "approvals/", {"for_me": "true"}, STAFF),
    InboxKind(
        "countersignatures",
        "Activations that the caller may countersign.",
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
        f"Acts of the server's operator in the last {NOTICE_DAYS} days: accounts created or recovered, tokens issued.",
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
    InboxKind("handoffs", "Handoffs that are not accepted yet.", HANDOFFS, "handoffs/", {"status": "open"}, HANDLERS),
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
        "The caller's analyses in progress.",
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
    """Read your pending work: messages, decisions, requests and tasks in progress.

    The newest records and the count of each kind, in at most two statements.
    """
    return {kind.name: (kind, *_waiting(kind, actor)) for kind in KINDS}


def _waiting(kind: InboxKind, user: User) -> tuple[int, list[dict[str, Any]]]:
    if not kind.concerns(user.role):
        return 0, []
    filters = kind.filters_for(user)
    page = kind.collection.page(user, {**filters, "page_size": str(SHOWN)})
    count = len(page.rows) if page.next is None else kind.collection.filtered(user, filters).count()
    return count, page.rows


def inbox_counts(user: User) -> dict[str, int]:
    """The number of records of each kind in the inbox, in one statement; kinds of other roles are left out."""
    asked = [kind for kind in KINDS if kind.concerns(user.role)]
    numbered = {kind.name: str(number) for number, kind in enumerate(asked)}
    found = [_counted(kind, user, numbered[kind.name]) for kind in asked]
    counts = {row["kind"]: row["count"] for row in found[0].union(*found[1:], all=True)}
    return {kind.name: counts.get(numbered[kind.name], 0) for kind in asked}


def _counted(kind: InboxKind, user: User, number: str) -> Any:
    records = kind.collection.filtered(user, kind.filters_for(user)).order_by()
    return records.annotate(kind=Value(number)).values("kind").annotate(count=Count("pk")).values("kind", "count")
