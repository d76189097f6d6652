"""SOP 3, 4, 10, 11 and 26: clients, their subscriptions and their agreements."""

from random import Random
from typing import Any

from tests.oracle.acts_incidents import OPEN, rise
from tests.oracle.drawing import now_and_then, pick, pick_or_none, with_slips
from tests.oracle.policy import ALLOWED, Act, Ask, Verdict, of_several
from tests.oracle.severity import LEVELS
from tests.oracle.world import HIGH, Actor, Incident, Reference, World

TIERS = ("premium", "standard", "basic")
# SOP 26: response in minutes and resolution in hours, of P1 and of P4; one number is a maximum.
RANGES = {
    "premium": {"response_time_minutes": ((15, 30), (1440, 2880)), "resolution_time_hours": ((2, 4), (2, 128))},
    "standard": {"response_time_minutes": ((60, 120), (2880, 4320)), "resolution_time_hours": ((8, 24), (8, 168))},
    "basic": {"response_time_minutes": ((240, 480), (7200, 10080)), "resolution_time_hours": ((24, 48), (24, 336))},
}
TIMES = ("response_time_minutes", "resolution_time_hours")


def within(tier: str, terms: dict[str, Any]) -> bool:
    """Whether an agreement is within its tier's ranges."""
    for name in TIMES:
        first, last = RANGES[tier][name]
        span = {"P1": first, "P4": last}.get(terms["severity_level"], (first[0], last[1]))
        if not span[0] <= terms[name] <= span[1]:
            return False
    return True


def in_order(terms: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """A less severe incident never has a shorter target than a more severe one."""
    return all(
        (terms[name] - other[name]) * (LEVELS.index(terms["severity_level"]) - LEVELS.index(other["severity_level"]))
        >= 0
        for other in others
        for name in TIMES
        if terms["severity_level"] != other["severity_level"]
    )


def agreements_of(world: World, subscription: int, but: int = 0) -> list[dict[str, Any]]:
    return [
        each.more
        for each in world.references.values()
        if each.kind == "sla"
        and each.more["subscription"] == subscription
        and each.more["status"] == "active"
        and each.id != but
    ]


def subscriptions(world: World) -> list[Reference]:
    return [each for each in world.references.values() if each.kind == "subscription"]


def promise_of(world: World, incident: Incident) -> Reference | None:
    """The subscription whose agreement an incident's clock runs by: the best tier, then the oldest."""
    fitting = [
        each
        for each in subscriptions(world)
        if each.more["client"] == incident.client
        and each.more["status"] == "active"
        and any(terms["severity_level"] == incident.severity for terms in agreements_of(world, each.id))
    ]
    return min(fitting, key=lambda each: (TIERS.index(each.more["tier"]), each.more["start"], each.id), default=None)


def running(world: World, client: int) -> list[tuple[Incident, Reference]]:
    """The unresolved incidents of a client whose clocks run, each with the subscription that it runs by."""
    found = [each for each in world.incidents.values() if each.client == client and each.status in OPEN]
    return [(each, promise) for each in found if (promise := promise_of(world, each))]


def judge_clients(world: World, client: int) -> None:
    """A contract that becomes one of high priority is a new fact of every unresolved incident of the client."""
    before = dict(world.clients)
    world.clients[client] = any(
        each.more["client"] == client and each.more["high"] and each.more["status"] == "active"
        for each in subscriptions(world)
    )
    if not world.clients[client]:
        return
    for incident in world.incidents.values():
        clients = incident.affected | {incident.client}
        if incident.status in OPEN and client in clients and not any(before[each] for each in clients):
            rise(world, incident)


class Subscribe(Act):
    operation = "subscription.create"
    success = 201

    def ask(self, world: World, actor: Actor, draw: Random) -> Ask | None:
        body = {
            "client_id": pick(draw, sorted(world.clients)),
            "product_id": world.product,
            "subscription_type": "full_service",
            "service_level_tier": pick(draw, TIERS),
            "start_date": pick(draw, ("2024-05-01", "2025-01-01")),
        }
        if now_and_then(draw, 6):
            body["high_priority"] = True
        if now_and_then(draw, 6):
            body["end_date"] = "2026-02-01"  # a month before everything here
        return with_slips(draw, Ask("post", "/subscriptions/", body), "service_level_tier", "start_date")

    def references(self, world: World, actor: Actor, ask: Ask) -> str:
        body = ask.body or {}
        ended = "validation_error" if "end_date" in body else ""
        return of_several("invalid_reference" if body["client_id"] in world.inactive else "", ended)

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        body = ask.body or {}
        more = {"client": body["client_id"], "tier": body["service_level_tier"], "start": body["start_date"]}
        more |= {"high": body.get("high_priority", False), "status": "active"}
        world.references["subscription", answer["id"]] = Reference(answer["id"], "subscription", more)
        judge_clients(world, more["client"])


class ChangeSubscription(Act):
    operation = "subscription.update"
    weight = 4
    NAMES = {"service_level_tier": "tier", "high_priority": "high", "status": "status", "start_date": "start"}

    def ask(self, world: World, actor: Actor, draw: Random) -> Ask | None:
        held = pick_or_none(draw, subscriptions(world))
        if held is None:
            return None
        name = pick(draw, list(self.NAMES))
        values = {
            "service_level_tier": TIERS,
            "high_priority": (True, False, False),
            "status": ("active", "active", "suspended", "expired", "cancelled"),
            "start_date": ("2024-02-01", "2025-03-01"),
        }
        return with_slips(draw, Ask("patch", f"/subscriptions/{held.id}/", {name: pick(draw, values[name])}, held))

    def changed(self, ask: Ask) -> dict[str, Any]:
        return {self.NAMES[name]: value for name, value in (ask.body or {}).items()}

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        if ask.record.more["status"] == "cancelled":
            return Verdict("invalid_transition")
        tier = self.changed(ask).get("tier", ask.record.more["tier"])
        fits = tier == ask.record.more["tier"] or all(
            within(tier, each) for each in agreements_of(world, ask.record.id)
        )
        return ALLOWED if fits else Verdict("precondition_failed")

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        differs = any(ask.record.more[name] != value for name, value in self.changed(ask).items())
        return differs and any(promise is ask.record for _, promise in running(world, ask.record.more["client"]))

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.more |= self.changed(ask)
        judge_clients(world, ask.record.more["client"])


class Promise(Act):
    operation = "sla.create"
    weight = 3
    success = 201

    def ask(self, world: World, actor: Actor, draw: Random) -> Ask | None:
        held = pick_or_none(draw, [each for each in subscriptions(world) if each.more["status"] == "active"])
        if held is None:
            return None
        severity = pick(draw, LEVELS)
        body = {"subscription_id": held.id, "severity_level": severity}
        for name in TIMES:
            ends = sorted({end for span in RANGES[held.more["tier"]][name] for end in span})
            body[name] = ends[min(LEVELS.index(severity), len(ends) - 1)] + (now_and_then(draw, 8) and 9_000)
        ask = Ask("post", "/sla-agreements/", body, facts={"subscription": held})
        return with_slips(draw, ask, "severity_level", "response_time_minutes")

    def references(self, world: World, actor: Actor, ask: Ask) -> str:
        held = ask.facts["subscription"]
        return "" if held.more["status"] == "active" else "invalid_reference"

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        held, terms = ask.facts["subscription"], ask.body or {}
        others = agreements_of(world, held.id)
        if not within(held.more["tier"], terms) or not in_order(terms, others):
            return Verdict("validation_error")
        taken = any(each["severity_level"] == terms["severity_level"] for each in others)
        return Verdict("duplicate") if taken else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        body = ask.body or {}
        more = {"subscription": body["subscription_id"], "status": "active", "pauses_allowed": False}
        more |= {name: body[name] for name in ("severity_level", *TIMES)}
        world.references["sla", answer["id"]] = Reference(answer["id"], "sla", more)


class ChangePromise(Act):
    operation = "sla.update"
    weight = 3

    def ask(self, world: World, actor: Actor, draw: Random) -> Ask | None:
        held = pick_or_none(draw, [each for each in world.references.values() if each.kind == "sla"])
        if held is None:
            return None
        change = pick(
            draw,
            (
                {"status": "inactive"},
                {"status": "active"},
                {"pauses_allowed": True},
                {"response_time_minutes": held.more["response_time_minutes"] + pick(draw, (0, -1, 1))},
            ),
        )
        return with_slips(draw, Ask("patch", f"/sla-agreements/{held.id}/", change, held))

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return any(ask.record.more[name] != value for name, value in (ask.body or {}).items())

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        held = world.references["subscription", ask.record.more["subscription"]]
        after = {**ask.record.more, **(ask.body or {})}
        if after["status"] != "active":
            return ALLOWED
        others = agreements_of(world, held.id, but=ask.record.id)
        judged = ask.record.more["status"] != "active" or "response_time_minutes" in (ask.body or {})
        if judged and not (within(held.more["tier"], after) and in_order(after, others)):
            return Verdict("validation_error")
        taken = any(each["severity_level"] == after["severity_level"] for each in others)
        return Verdict("duplicate") if taken else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.more |= ask.body or {}


class OfClient(Act):
    """An account manager acts for assigned clients only."""

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        assigned = (actor.account.id, ask.record.id) in world.assigned
        return "out_of_scope" if actor.account.role == "account_manager" and not assigned else ""


class SetHours(OfClient):
    operation = "client.set_calendar"

    def ask(self, world: World, actor: Actor, draw: Random) -> Ask | None:
        client = Reference(pick(draw, sorted(world.clients)), "client")
        hours = {"mon": [[pick(draw, ("08:00", "09:00")), "17:00"]]}
        body = {"timezone": "Europe/Berlin", "weekly_hours": hours}
        return with_slips(draw, Ask("put", f"/clients/{client.id}/calendar/", body, client), "weekly_hours")

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        """Where a clock runs by business hours: basic always, standard where severity is not high."""
        return any(
            promise.more["tier"] == "basic" or (promise.more["tier"] == "standard" and incident.severity not in HIGH)
            for incident, promise in running(world, ask.record.id)
        )


class ChangeClient(OfClient):
    operation = "client.update"

    def ask(self, world: World, actor: Actor, draw: Random) -> Ask | None:
        client = Reference(pick(draw, sorted(world.clients)), "client")
        status = pick(draw, ("active", "active", "suspended"))
        return with_slips(draw, Ask("patch", f"/clients/{client.id}/", {"status": status}, client))

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        active = (ask.body or {})["status"] == "active"
        (world.inactive.discard if active else world.inactive.add)(ask.record.id)


ACTS = (Subscribe(), ChangeSubscription(), Promise(), ChangePromise(), SetHours(), ChangeClient())
