"""Grants of software agents: the operations that a token names, its client and its daily caps.

A token never does more than its person: role, scope, duties and approvals are judged as ever, by the person.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from typing import Any

from django.apps import apps
from django.db.models import F, Q
from django.utils import timezone

from core.codes import Code
from core.context import current
from core.errors import Item, Refusal
from core.operations.registry import EntryPoint, Operation, registry
from core.text.folding import fold_name
from users.models import AgentDay, Token, User

CLIENT, TRAIL = "clients.Client", "audit.AuditEntry"


class TokenGrants:
    """The implementation of core's hook for software agents."""

    def require(self, operation: Operation) -> None:
        """Refuse an operation that the token does not name. A part of a granted operation needs no grant of its own."""
        act = current()
        if act.saved is not None or (act.token is not None and operation.name in act.token.operations):
            return
        detail = f"The token of the agent {act.agent} does not grant {operation.name}."
        item = Item("operation_not_granted", detail, facts={"granted": granted_operations(act.token)})
        raise Refusal(Code.OPERATION_NOT_GRANTED, detail, rule="agent_grant", errors=[item])

    def count(self, operation: Operation) -> None:
        """Count a write, together with those of the person's other tokens for this agent; refuse it at the cap.

        The database decides: of simultaneous writes, no more than the cap are counted. A rollback takes back the count.
        """
        act = current()
        if act.token is None:
            return
        cap = act.token.daily_caps.get(operation.name)
        today = timezone.now().astimezone(UTC).date()
        key = {"user_id": act.token.user_id, "agent": fold_name(act.agent), "operation": operation.name, "day": today}
        if not (_increment(key, cap) or (_begin(key) and _increment(key, cap))):
            raise cap_reached(operation, int(cap or 0), today)


def _increment(key: dict[str, Any], cap: int | None) -> bool:
    """Add one to a day's count unless that would exceed the cap, in one statement."""
    below = {} if cap is None else {"count__lt": cap}
    return bool(AgentDay.objects.filter(**key, **below).update(count=F("count") + 1))


def _begin(key: dict[str, Any]) -> bool:
    """Ensure that a day's count exists. Old counts are deleted; yesterday's may be in use where a clock is slow."""
    AgentDay.objects.bulk_create([AgentDay(**key)], ignore_conflicts=True)
    earlier = {name: value for name, value in key.items() if name != "day"}
    AgentDay.objects.filter(**earlier, day__lt=key["day"] - timedelta(days=1)).delete()
    return True


def cap_reached(operation: Operation, cap: int, today: date) -> Refusal:
    until = _moment(next_day(today))
    detail = f"The daily cap of {cap} for {operation.name} is reached; 0 are left until {until}."
    item = Item("cap_reached", detail, facts={"cap": cap, "left": 0, "until": until})
    return Refusal(Code.CAP_REACHED, detail, rule="agent_cap", errors=[item])


def next_day(today: date) -> datetime:
    """The moment when the counts start from zero."""
    return datetime.combine(today + timedelta(days=1), time.min, UTC)


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def granted_operations(token: Token | None) -> list[str]:
    """The operations beyond reads that an agent may perform with a token, those granted to every agent included."""
    always = [each.name for each in registry if each.granted]
    return sorted({*always, *(token.operations if token is not None else ())})


def grantable(name: str) -> bool:
    """Whether a token may name an operation."""
    operation = registry.find(name)
    return operation is not None and operation.entry_point is EntryPoint.REST and not operation.anonymous


def grant_of(token: Token | None) -> dict[str, Any] | None:
    """The grants of a token to its agent, and the remaining daily caps; None if it names no agent."""
    if token is None or not token.agent:
        return None
    today = timezone.now().astimezone(UTC).date()
    used = dict(
        AgentDay.objects.filter(user_id=token.user_id, agent=fold_name(token.agent), day=today).values_list(
            "operation", "count"
        )
    )
    caps = [
        {"operation": name, "cap": cap, "used": used.get(name, 0), "left": max(cap - used.get(name, 0), 0)}
        for name, cap in sorted(token.daily_caps.items())
    ]
    return {
        "token_id": token.pk,
        "agent": token.agent,
        "operations": granted_operations(token),
        "client_id": token.client_id,
        "caps": caps,
        "until": next_day(today),
    }


def scope_of(token: Token) -> Callable[[Any], Any] | None:
    """The restriction of every read with a token that is bound to a client; None for others."""
    return None if token.client_id is None else partial(within_client, token.client_id, token.user_id)


def within_client(client_id: int, user_id: int, queryset: Any) -> Any:
    """The records of one client, and those of no client: products, vendors, colleagues.

    Of records that name others only by type and id (approvals, handoffs, audit entries), the person's own that are
    about a record of the client, or were made with tokens bound to it.
    """
    model: Any = queryset.model
    path = path_to_client(model)
    if path is not None:
        return queryset.filter(Q(**{path: client_id}) | Q(**{f"{path}__isnull": True}))
    names = {field.name for field in model._meta.concrete_fields}
    if "reference_type" in names:
        own = queryset.filter(**{"user_id" if "user" in names else "created_by_id": user_id})
        return own.filter(_about(client_id) | _made_with(client_id, user_id, model))
    return queryset


def _about(client_id: int) -> Q:
    """References to the client and to records that belong to it."""
    found = Q()
    for model in apps.get_models():
        kind = getattr(model, "entity_type", "")
        path = path_to_client(model) if kind else None
        if path is not None and model is not Token:
            held = model._base_manager.filter(**{path: client_id}).values("pk")
            found |= Q(reference_type=kind, reference_id__in=held)
    return found


def _made_with(client_id: int, user_id: int, model: Any) -> Q:
    """What the person's tokens that are bound to the client made: the audit trail tells."""
    tokens = Token.objects.filter(user_id=user_id, client_id=client_id).values("pk")
    entries = apps.get_model(TRAIL)
    if model is entries:
        return Q(token_id__in=tokens)
    made = entries._base_manager.filter(
        user_id=user_id, token_id__in=tokens, reference_type=model.entity_type, sequence__isnull=False
    )
    return Q(pk__in=made.values("reference_id"))


@cache
def path_to_client(model: Any) -> str | None:
    """The shortest path of foreign keys from a record to its client; None if it has none.

    Paths across accounts do not count: whose colleague recorded something does not decide what it is about.
    """
    client = apps.get_model(CLIENT)
    if model is client:
        return "pk"
    level: list[tuple[str, Any]] = [("", model)]
    seen = {model, User}
    while level:
        steps = [
            (f"{path}{field.name}", field.related_model)
            for path, each in level
            for field in each._meta.concrete_fields
            if field.is_relation and field.related_model not in seen
        ]
        found = next((path for path, related in steps if related is client), None)
        if found is not None:
            return found
        seen |= {related for _, related in steps}
        level = [(f"{path}__", related) for path, related in steps]
    return None
