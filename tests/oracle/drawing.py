"""What random people draw: one of several things, now and then a slip in the body."""

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.oracle.law import Ask
from tests.oracle.world import Account, Incident, World

T = TypeVar("T")
RARE = 12

STAFF = ("incident_manager", "technical_support", "system_administrator", "account_manager", "executive")


def pick(draw: Any, values: Sequence[T]) -> T:
    return draw(st.sampled_from(values))


def pick_or_none(draw: Any, values: Sequence[T]) -> T | None:
    return draw(st.sampled_from(values)) if values else None


def now_and_then(draw: Any, one_in: int = RARE) -> bool:
    return draw(st.integers(1, one_in)) == one_in


def with_slips(draw: Any, ask: Ask, *required: str, actor_field: str = "", others: Sequence[int] = ()) -> Ask:
    """The same request, now and then with one slip, whose code the policy names."""
    if not now_and_then(draw):
        return ask
    body = dict(ask.body or {})
    slips = ["unknown_field", *(["validation_error"] if required else []), *(["actor_mismatch"] if actor_field else [])]
    ask.flaw = pick(draw, slips)
    if ask.flaw == "unknown_field":
        body["surprise"] = True
    elif ask.flaw == "validation_error":
        del body[pick(draw, required)]
    else:
        body[actor_field] = pick(draw, others)
    ask.body = body
    return ask


def staff(world: World, *roles: str) -> list[Account]:
    """Active internal accounts with these roles, or with any role."""
    return [each for each in world.accounts.values() if each.status == "active" and each.role in (roles or STAFF)]


def strangers(world: World, account: Account) -> list[int]:
    """Ids of accounts that are somebody else's."""
    return [each for each in world.accounts if each != account.id]


def living(world: World) -> list[Incident]:
    """Incidents that are not closed."""
    return [each for each in world.incidents.values() if each.status != "closed"]
