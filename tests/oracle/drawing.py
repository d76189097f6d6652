"""The draws of random users: one of several values, and sometimes an error in the body."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from tests.oracle.policy import Ask
from tests.oracle.world import Account, Incident, World

T = TypeVar("T")
RARE = 12

STAFF = ("incident_manager", "technical_support", "system_administrator", "account_manager", "executive")


def pick(draw: Random, values: Sequence[T]) -> T:
    return draw.choice(values)


def pick_or_none(draw: Random, values: Sequence[T]) -> T | None:
    return draw.choice(values) if values else None


def some(draw: Random, values: Sequence[T], least: int = 0) -> list[T]:
    """Some of these, each once; few more often than many."""
    return draw.sample(values, min(len(values), max(least, int(draw.expovariate(0.6)))))


def now_and_then(draw: Random, one_in: int = RARE) -> bool:
    return draw.randrange(one_in) == 0


def with_slips(draw: Random, ask: Ask, *required: str, actor_field: str = "", others: Sequence[int] = ()) -> Ask:
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
    """Ids of other users' accounts."""
    return [each for each in world.accounts if each != account.id]


def living(world: World) -> list[Incident]:
    """Incidents that are not closed."""
    return [each for each in world.incidents.values() if each.status != "closed"]
