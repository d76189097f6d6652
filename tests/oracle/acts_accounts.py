"""SOP 5 and 6: accounts, their activation shares, and the end of access."""

from datetime import timedelta
from typing import Any

from tests.oracle.drawing import now_and_then, pick, pick_or_none, with_slips
from tests.oracle.policy import ALLOWED, Act, Ask, Verdict
from tests.oracle.world import PRIVILEGED, Account, Actor, Human, World

ROLES = ("incident_manager", "technical_support", "executive", "account_manager")
SHARES_LIVE = timedelta(hours=48)
PASSWORD = "nine quiet lanterns drift"


def issued(world: World, actor: Actor, account: Account, answer: dict[str, Any]) -> None:
    """Start an activation: the issuer holds one share, unless it is a software agent."""
    account.shares = [answer["activation_share"], None] if answer["activation_share"] else []
    account.issued_by, account.countersigned_by = actor.account.id, None
    account.shares_until = world.now + SHARES_LIVE
    if answer["activation_share"]:
        actor.human.shares.setdefault(account.id, []).append(answer["activation_share"])


def ended(account: Account) -> None:
    """Access that ends is over."""
    account.tokens, account.scripts, account.shares = {}, {}, []


class CreateUser(Act):
    operation = "user.create"
    success = 201

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        number = world.fresh()
        role = pick(draw, ROLES)
        body = {"name": f"New {number}", "email": f"new{number}@example.org", "role": role, "timezone": "UTC"}
        return with_slips(draw, Ask("post", "/users/", body), "email", "timezone")

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return (ask.body or {}).get("role") in PRIVILEGED

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return Verdict("duplicate") if (ask.body or {})["email"] in world.emails else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        account = Account(answer["id"], (ask.body or {})["role"], made_by=actor.account.id, had_password=False)
        account.email = (ask.body or {})["email"]
        assert (answer["activation_share"] is None) == actor.agent
        world.accounts[account.id] = account
        issued(world, actor, account, answer)
        world.humans.append(Human(len(world.humans)))
        world.owners[account.id] = world.humans[-1]


class Reissue(Act):
    operation = "user.issue_activation"
    success = 200

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        account = pick(draw, list(world.accounts.values()))
        return with_slips(draw, Ask("post", f"/users/{account.id}/activation-token/", {}, account))

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        return "segregation_of_duties" if ask.record.id == actor.account.id else ""

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return ALLOWED if ask.record.status == "active" else Verdict("precondition_failed")

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return ask.record.had_password or ask.record.privileged

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        if ask.record.had_password:
            ended(ask.record)
        issued(world, actor, ask.record, answer)


class Countersign(Act):
    operation = "user.countersign"
    weight = 4

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        account = pick_or_none(draw, [each for each in world.accounts.values() if each.shares])
        if account is None:
            return None
        return with_slips(draw, Ask("post", f"/users/{account.id}/activation-token/countersign/", {}, account))

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        own = actor.account.id in (ask.record.made_by, ask.record.issued_by)
        return "segregation_of_duties" if own else ""

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        account = ask.record
        pending = account.shares and account.shares[1] is None and world.now < account.shares_until
        return ALLOWED if pending and account.status == "active" else Verdict("precondition_failed")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.shares[1] = answer["activation_share"]
        ask.record.countersigned_by = actor.account.id
        actor.human.shares.setdefault(ask.record.id, []).append(answer["activation_share"])


class Permissions(Act):
    operation = "user.permissions"
    weight = 3

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        account = pick(draw, [each for each in world.accounts.values() if each.client is None and each.vendor is None])
        change = {"role": pick(draw, ROLES)} if pick(draw, (False, True)) else {"status": self.status(draw)}
        return with_slips(draw, Ask("patch", f"/users/{account.id}/permissions/", change, account))

    @staticmethod
    def status(draw: Any) -> str:
        return pick(draw, ("active", "active", "on_leave", "suspended"))

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        return "segregation_of_duties" if ask.record.id == actor.account.id else ""

    def body_duties(self, world: World, actor: Actor, ask: Ask) -> str:
        activates = (ask.body or {}).get("status") == "active" and ask.record.status != "active"
        return "in_person_required" if actor.agent and (activates or self.elevated(world, actor, ask)) else ""

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        body, account = ask.body or {}, ask.record
        role, status = body.get("role", account.role), body.get("status", account.status)
        changed = role != account.role or status != account.status
        return changed and (account.privileged or role in PRIVILEGED)

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        body, account = ask.body or {}, ask.record
        if body.get("role", account.role) != account.role:
            account.role = body["role"]
            ended(account)
        account.status = body.get("status", account.status)
        if account.status in ("suspended", "inactive"):
            ended(account)
            world.lock(account.id)


class EndAccess(Act):
    operation = "user.end_access"
    weight = 1

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        if not now_and_then(draw, 3):
            return None
        return Ask("post", f"/users/{actor.account.id}/end-access/", {}, actor.account)

    def visible(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ended(ask.record)


def known_shares(world: World, human: Human, account: Account) -> list[str]:
    """The shares of an account's activation that a person has seen: their own ones; the owner receives all."""
    shares = list(human.shares.get(account.id, ()))
    if world.owners.get(account.id) is human:
        shares += [share for share in account.shares if share]
    return shares


def activates(world: World, account: Account, shares: list[str]) -> bool:
    """Whether these shares open the account: both that are in force, while it is active and they hold."""
    whole = None not in account.shares and len(account.shares) == 2 and set(account.shares) <= set(shares)
    return bool(whole and account.status == "active" and account.shares_until and world.now < account.shares_until)


ACTS = (CreateUser(), Reissue(), Countersign(), Permissions(), EndAccess())
