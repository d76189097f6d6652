"""SOP 12 to 14: creating and updating incidents, and the severity that facts give them."""

from typing import Any

from tests.oracle.drawing import living, now_and_then, pick, pick_or_none, some, staff, strangers, with_slips
from tests.oracle.policy import ALLOWED, Act, Ask, Verdict
from tests.oracle.severity import LEVELS, YES_OR_NO, severity_of, worse, worst
from tests.oracle.world import Actor, Incident, World

CATEGORIES = ("system_outage", "network_issue", "software_bug")
# The first three are one title to the policy: case, white space and punctuation do not tell titles apart.
TITLES = ("Login fails", " LOGIN  fails", "Login: fails!", "Payments are slow", "Nothing prints")
OPEN = ("open", "in_progress", "escalated")
VALUES = ("status", "severity", "classification", "affected", "category", "title", "excuse", "manager")


def folded(title: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in title.casefold()).split())


def key_of(client: int, component: int | None, category: str, title: str) -> tuple[Any, ...]:
    """Two open incidents with one key are duplicates."""
    return (client, component, category) if component else (client, None, category, folded(title))


def some_facts(draw: Any) -> dict[str, Any]:
    facts: dict[str, Any] = dict.fromkeys(some(draw, YES_OR_NO, 1), True)
    if now_and_then(draw, 6):
        facts["affected_clients"] = pick(draw, (1, 4, 5, 40))
    return facts


def given_by(world: World, incident: Incident) -> str:
    """The severity that an incident's facts give, the server's own knowledge included."""
    clients = incident.affected | {incident.client}
    facts = severity_of(incident.facts, len(clients), any(world.clients[each] for each in clients))
    return worst(facts, incident.hint)


def knows_something(world: World, incident: Incident) -> bool:
    return bool(incident.facts) or incident.hinted or given_by(world, incident) != "P4"


def rise(world: World, incident: Incident) -> None:
    """Facts or clients have changed: the severity rises with them, and never falls by itself."""
    given = given_by(world, incident)
    incident.every_severity.append(given)
    if not worse(incident.severity, given):
        known = knows_something(world, incident)
        incident.rested_on_facts = incident.rested_on_facts or known
        incident.stated = incident.stated and not known and incident.severity == given
        incident.severity = given
    incident.peak = worst(incident.peak, given)


def unsupervised(world: World, incident: Incident) -> bool:
    """A vendor contact's incident moves only under an assigned, active incident manager."""
    manager = world.accounts.get(incident.manager or 0)
    fit = manager is not None and manager.role == "incident_manager" and manager.status == "active"
    return incident.by_vendor and not fit


def told(incident: Incident) -> tuple[Any, ...]:
    """The incident's own fields in the postmortem."""
    clients = frozenset(incident.affected | {incident.client})
    judged = incident.severity, incident.peak, incident.stated
    return incident.title, incident.key[2], *judged, clients, incident.excuse, incident.manager


def duplicate(world: World, key: tuple[Any, ...], but: int | None = None) -> bool:
    return any(each.key == key and each.status in OPEN and each.id != but for each in world.incidents.values())


def subscribed(world: World) -> set[int]:
    """The clients that a vendor contact sees: those that subscribe to the product."""
    held = [each.more for each in world.references.values() if each.kind == "subscription"]
    return {each["client"] for each in held if each["status"] in ("active", "suspended")}


class Create(Act):
    operation = "incident.create"
    weight = 6
    success = 201

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        vendors = actor.account.role == "vendor_contact"
        client = pick(draw, sorted(world.clients)[:2] if vendors else sorted(world.clients))
        contacts = [] if vendors else [each for each in staff(world, "client_contact") if each.client == client]
        body: dict[str, Any] = {
            "reporter_id": pick(draw, [each.id for each in [*staff(world), *contacts]]),
            "client_id": client,
            "title": pick(draw, TITLES),
            "description": "Something is wrong.",
            "category": pick(draw, CATEGORIES),
            "impact_level": pick(draw, ("critical", "low")),
        }
        stated = pick(draw, ("facts", "severity", "both"))
        if stated != "severity":
            body["classification"] = some_facts(draw)
        if stated != "facts":
            body["severity"] = pick(draw, LEVELS)
        if pick(draw, (False, True)):
            body["component_id"] = world.component
        if not vendors and now_and_then(draw, 4):
            body["affected_client_ids"] = some(draw, sorted(world.clients))
        if (managers := staff(world, "incident_manager")) and pick(draw, (False, True)):
            body["assigned_manager_id"] = pick(draw, managers).id
        ask = Ask("post", "/incidents/", body, facts={"incident": self.incident(actor, body)})
        return with_slips(draw, ask, "title", "description", "category", "impact_level")

    @staticmethod
    def incident(actor: Actor, body: dict[str, Any]) -> Incident:
        return Incident(
            id=0,
            key=key_of(body["client_id"], body.get("component_id"), body["category"], body["title"]),
            client=body["client_id"],
            initiators={actor.account.id, body["reporter_id"]},
            title=body["title"],
            severity=body.get("severity", "P4"),
            peak="P4",
            facts=body.get("classification", {}),
            affected=set(body.get("affected_client_ids", ())),
            by_vendor=actor.account.role == "vendor_contact",
            manager=body.get("assigned_manager_id"),
        )

    def references(self, world: World, actor: Actor, ask: Ask) -> str:
        named = {ask.facts["incident"].client} | ask.facts["incident"].affected
        unseen = actor.account.role == "vendor_contact" and not named <= subscribed(world)
        return "invalid_reference" if unseen or named & world.inactive else ""

    def body_duties(self, world: World, actor: Actor, ask: Ask) -> str:
        vendors = actor.account.role == "vendor_contact"
        return "out_of_scope" if vendors and "component_id" not in (ask.body or {}) else ""

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        incident = ask.facts["incident"]
        if duplicate(world, incident.key):
            return Verdict("duplicate_open_incident")
        if "severity" in (ask.body or {}) and knows_something(world, incident):
            return Verdict("severity_mismatch") if worse(given_by(world, incident), incident.severity) else ALLOWED
        return ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        incident = ask.facts["incident"]
        incident.id = answer["id"]
        incident.vendor = world.component_vendor if "component_id" in (ask.body or {}) else None
        incident.every_severity.append(incident.severity)
        incident.peak, incident.stated = incident.severity, "severity" in (ask.body or {})
        rise(world, incident)
        world.incidents[incident.id] = incident


class Update(Act):
    operation = "incident.update"
    weight = 5

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        incident = pick_or_none(draw, list(world.incidents.values()))
        if incident is None:
            return None
        changed = pick(draw, VALUES)
        body = self.change(world, actor, incident, changed, draw)
        if body is None:
            return None
        ask = Ask("patch", f"/incidents/{incident.id}/", body, incident, facts={"changed": changed})
        ask.stale = now_and_then(draw)
        return with_slips(draw, ask, actor_field="updated_by", others=strangers(world, actor.account))

    def change(  # noqa: PLR0911 - one kind of change after the other
        self, world: World, actor: Actor, incident: Incident, changed: str, draw: Any
    ) -> dict[str, Any] | None:
        if changed == "status":
            return {"status": pick(draw, (*OPEN, "resolved", "closed"))}
        if changed == "severity":
            severity = pick(draw, LEVELS)
            reason = (
                {"severity_override_reason": "The client reports it."} if worse(incident.severity, severity) else {}
            )
            return {"severity": severity, **reason}
        if changed in ("classification", "affected") and incident.severity != incident.peak:
            return None  # the policy does not define whether changed facts undo a lowering
        if changed == "classification":
            return {"classification": some_facts(draw)}
        if changed == "affected":
            clients = some(draw, sorted(world.clients), 1)
            return {"affected_client_ids": clients}
        if changed == "excuse":
            return {"root_cause_undetermined_reason": "The logs are gone."}
        if changed == "manager":
            managers = staff(world, "incident_manager") if incident.status in OPEN else []
            return {"assigned_manager_id": pick(draw, managers).id} if managers else None
        return {changed: pick(draw, CATEGORIES if changed == "category" else TITLES)}

    def references(self, world: World, actor: Actor, ask: Ask) -> str:
        added = set((ask.body or {}).get("affected_client_ids", ())) - ask.record.affected - {ask.record.client}
        return "invalid_reference" if added & world.inactive else ""

    def lowers(self, ask: Ask) -> bool:
        return "severity" in (ask.body or {}) and worse(ask.record.severity, ask.body["severity"])

    def body_duties(self, world: World, actor: Actor, ask: Ask) -> str:
        if not self.lowers(ask):
            return ""
        if actor.account.role != "incident_manager":
            return "role_not_permitted"
        if actor.account.id in ask.record.initiators:
            return "segregation_of_duties"
        return "in_person_required" if actor.agent else ""

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        incident, body = ask.record, ask.body or {}
        if incident.status == "closed":
            return Verdict("invalid_transition")
        if "status" in body:
            if incident.status not in ("open", "escalated") or body["status"] != "in_progress":
                return Verdict("invalid_transition")
            if unsupervised(world, incident):
                return Verdict("precondition_failed", frozenset({"supervision_missing"}))
        taken = incident.status in OPEN and duplicate(world, self.key_after(incident, body), incident.id)
        return Verdict("duplicate_open_incident") if taken else ALLOWED

    @staticmethod
    def key_after(incident: Incident, body: dict[str, Any]) -> tuple[Any, ...]:
        key = list(incident.key)
        if "category" in body:
            key[2] = body["category"]
        if "title" in body and len(key) > 3:
            key[3] = folded(body["title"])
        return tuple(key)

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        incident, body = ask.record, ask.body or {}
        before = told(incident)
        incident.key = self.key_after(incident, body)
        incident.title = body.get("title", incident.title)
        incident.status = body.get("status", incident.status)
        incident.excuse = body.get("root_cause_undetermined_reason", incident.excuse)
        incident.manager = body.get("assigned_manager_id", incident.manager)
        if "severity" in body:
            incident.stated = incident.stated if incident.severity == body["severity"] else not self.lowers(ask)
            incident.severity = body["severity"]
            incident.peak = worst(incident.peak, incident.severity)
            incident.every_severity.append(incident.severity)
        if "classification" in body:
            incident.facts = body["classification"]
            rise(world, incident)
        if "affected_client_ids" in body:
            incident.affected = set(body["affected_client_ids"])
            rise(world, incident)
        if told(incident) != before:
            incident.touch()


class Note(Act):
    operation = "incident.add_note"
    success = 201

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        incident = pick_or_none(draw, living(world))
        if incident is None or actor.account.role == "vendor_contact":
            return None
        ask = Ask("post", f"/incidents/{incident.id}/notes/", {"body": "It was a false alarm."}, incident)
        return with_slips(draw, ask, "body")

    def visible(self, world: World, actor: Actor, ask: Ask) -> bool:
        clients = ask.record.affected | {ask.record.client}
        return actor.account.role != "client_contact" or actor.account.client in clients

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.noted = True


ACTS = (Create(), Update(), Note())
