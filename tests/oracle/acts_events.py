"""SOP 2: alerts, none of which is ever lost, and their correlation."""

from datetime import timedelta
from random import Random
from typing import Any

from tests.oracle.acts_incidents import OPEN, folded, given_by, key_of, rise, told
from tests.oracle.drawing import now_and_then, pick, pick_or_none, some, with_slips
from tests.oracle.policy import ALLOWED, Act, Ask, Verdict
from tests.oracle.severity import LEVELS, worse, worst
from tests.oracle.world import Actor, Event, Incident, World

WINDOW = timedelta(minutes=30)
ENOUGH = 3
ASSUMED = "service_unavailable"  # the category if none is stated
CALLING = ("P1", "P2")


def written(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class Record(Act):
    """A repeated alert at another time is a new event; only a resent one is recognised."""

    operation = "event.record"
    weight = 6
    success = 201

    def ask(self, world: World, actor: Actor, draw: Random) -> Ask | None:
        if world.events and now_and_then(draw, 5):
            again = pick(draw, list(world.events.values()))
            return Ask("post", "/events/", dict(again.body), facts={"event": again})
        client, component = pick(draw, world.places)
        attributes: dict[str, Any] = {}
        if now_and_then(draw, 3):
            attributes["fingerprint"] = pick(draw, ("disk-full", "no-answer"))
        elif now_and_then(draw, 3):
            attributes["event_id"] = f"e{world.fresh()}"
        body = {
            "source": pick(draw, ("alert_log", "internal_tool")),
            "payload_summary": f"Alert {world.fresh()}",
            "detected_at": written(world.now - timedelta(minutes=draw.randrange(0, 90))),
            "attributes": attributes,
            "client_id": client,
        }
        if component:
            body["component_id"] = component
        if now_and_then(draw, 3):
            body["severity_hint"] = pick(draw, LEVELS)
        return with_slips(draw, Ask("post", "/events/", body), "source", "payload_summary")

    def references(self, world: World, actor: Actor, ask: Ask) -> str:
        return "invalid_reference" if (ask.body or {}).get("client_id") in world.inactive else ""

    def success_status(self, world: World, ask: Ask) -> int:
        return 200 if self.known(world, ask) else 201

    @staticmethod
    def known(world: World, ask: Ask) -> Event | None:
        """The record of the same alert: by its own number, or by fingerprint and time of the same source."""
        marks, body = (ask.body or {})["attributes"], ask.body or {}
        for each in world.events.values():
            own = each.body["attributes"]
            same_time = each.body["detected_at"] == body["detected_at"]
            by_print = marks.get("fingerprint") and marks["fingerprint"] == own.get("fingerprint") and same_time
            by_number = marks.get("event_id") and marks["event_id"] == own.get("event_id")
            if each.body["source"] == body["source"] and (by_print or by_number):
                return each
        return None

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        known = self.known(world, ask)
        assert answer["already_recorded"] is (known is not None)
        if known:
            assert answer["id"] == known.id
            return
        body = ask.body or {}
        at = world.moment(body["detected_at"])
        hint, place = body.get("severity_hint", ""), (body["client_id"], body.get("component_id"))
        world.events[answer["id"]] = Event(answer["id"], place, at, hint, body)


class Correlate(Act):
    """Stored events of one place: whether they call for an incident, and for which."""

    operation = "event.correlate"
    weight = 6

    def ask(self, world: World, actor: Actor, draw: Random) -> Ask | None:
        first = pick_or_none(draw, list(world.events.values()))
        if first is None or first.place[0] in world.inactive:
            return None
        same = [each for each in world.events.values() if each.place == first.place]
        given = {first.id, *(each.id for each in some(draw, same))}
        body: dict[str, Any] = {"event_record_ids": sorted(given)}
        ask = Ask("post", "/events/correlate/", body, facts={"given": [world.events[each] for each in sorted(given)]})
        if now_and_then(draw, 4) and (incident := pick_or_none(draw, list(world.incidents.values()))):
            body["link_incident_id"] = incident.id
            ask.facts["link"] = incident
        elif now_and_then(draw, 4):
            body["incident"] = {"severity": pick(draw, LEVELS)}
        return with_slips(draw, ask)

    def references(self, world: World, actor: Actor, ask: Ask) -> str:
        link = ask.facts.get("link")
        place = ask.facts["given"][0].place
        return "invalid_reference" if link and place[0] not in link.affected | {link.client} else ""

    def seen(self, world: World, ask: Ask) -> list[Event]:
        """The given events, and those of their place near them that are not settled with a resolved incident."""
        given = ask.facts["given"]
        near = [
            each
            for each in world.events.values()
            if each.place == given[0].place
            and any(abs(each.at - other.at) <= WINDOW for other in given)
            and not any(world.incidents[pk].status not in OPEN for pk in each.incidents)
        ]
        return list({each.id: each for each in (*given, *near)}.values())

    @staticmethod
    def met(seen: list[Event]) -> bool:
        times = sorted(each.at for each in seen)
        many = any(b - a <= WINDOW for a, b in zip(times, times[ENOUGH - 1 :], strict=False))
        return many or any(each.hint in CALLING for each in seen)

    def twin(self, world: World, ask: Ask) -> Incident | None:
        """The open incident of the same problem: of the same place, or without a component with the same title."""
        client, component = ask.facts["given"][0].place
        key = (client, None, ASSUMED, folded(self.title(world, ask)))
        same = [
            each
            for each in world.incidents.values()
            if each.status in OPEN and each.client == client and (each.vendor if component else each.key == key)
        ]
        return max(same, key=lambda each: each.id, default=None)

    def title(self, world: World, ask: Ask) -> str:
        """That of the first of the worst events."""
        seen = self.seen(world, ask)
        worst_first = min(seen, key=lambda each: (each.hint or "none", each.at, each.id))
        return str(worst_first.body["payload_summary"])

    def new(self, world: World, actor: Actor, ask: Ask) -> Incident:
        """The incident that the events call for: they are a fact of it."""
        (client, component), seen = ask.facts["given"][0].place, self.seen(world, ask)
        stated = (ask.body or {}).get("incident", {}).get("severity", "P4")
        made = Incident(0, (), client, {actor.account.id}, "", stated, "P4", by_events=True)
        made.hint = worst("P4", *(each.hint for each in seen if each.hint))
        made.hinted = any(each.hint for each in seen)
        made.vendor = world.component_vendor if component else None
        return made

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        if link := ask.facts.get("link"):
            return ALLOWED if link.status != "closed" else Verdict("invalid_transition")
        if not self.met(self.seen(world, ask)):
            return ALLOWED
        component = ask.facts["given"][0].place[1]
        stated = (ask.body or {}).get("incident")
        if component is None and stated is None:
            return Verdict("validation_error")
        if self.twin(world, ask):
            return ALLOWED
        made = self.new(world, actor, ask)
        too_low = stated and worse(given_by(world, made), made.severity)
        return Verdict("severity_mismatch") if too_low else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        seen, link = self.seen(world, ask), ask.facts.get("link")
        if not link and not self.met(seen):
            assert answer["decision"] == "recorded_for_trending", answer["decision"]
            return
        group = seen if self.met(seen) else ask.facts["given"]
        twin = link or self.twin(world, ask)
        assert answer["decision"] == ("linked" if twin else "incident_created"), answer["decision"]
        if twin is None:
            twin = self.new(world, actor, ask)
            twin.id, shown = answer["incident"]["id"], answer["incident"]
            component = ask.facts["given"][0].place[1]
            twin.title = shown["title"]
            twin.key = key_of(twin.client, component, ASSUMED, twin.title)
            twin.peak = twin.severity
            twin.every_severity.append(twin.severity)
            rise(world, twin)
            world.incidents[twin.id] = twin
        else:
            hints = [each.hint for each in group if each.hint and twin.id not in each.incidents]
            hinted(twin, worst(*hints)) if hints else None
        for each in group:
            each.incidents.add(twin.id)


def hinted(incident: Incident, hint: str) -> None:
    """An event that is worse than its incident is a fact of the incident."""
    before = told(incident)
    incident.hint, incident.hinted = worst(incident.hint, hint), True
    incident.peak = worst(incident.peak, hint)
    incident.every_severity.append(hint)
    if worse(hint, incident.severity):
        incident.severity, incident.stated = hint, False
    incident.rested_on_facts = incident.rested_on_facts or incident.severity == hint
    if told(incident) != before:
        incident.touch()


ACTS = (Record(), Correlate())
