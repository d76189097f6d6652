"""SOP 15, 17 to 19: escalations, communications, workarounds and analyses."""

from typing import Any

from tests.oracle.acts_incidents import unsupervised
from tests.oracle.drawing import living, now_and_then, pick, pick_or_none, staff, strangers, with_slips
from tests.oracle.policy import ALLOWED, Act, Ask, Verdict
from tests.oracle.world import Actor, Part, World

EFFECTS = ("effective", "partially_effective", "ineffective")
CONTACTS = ("client_contact", "vendor_contact")


class PartOf(Act):
    """Something that is done on an incident which is not closed."""

    kind = ""
    path = ""
    success = 201

    def remember(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any], status: str, **more: Any) -> Part:
        incident = ask.record.id if ask.record else None
        part = Part(answer["id"], self.kind, incident, status, actor.account.id, more=more)
        world.parts[self.kind, part.id] = part
        if ask.record:
            ask.record.touch()
        return part


class Step(Act):
    """A step of one part's lifecycle: from these statuses to that."""

    kind = ""
    path = ""
    step = ""
    before: tuple[str, ...] = ()
    after = ""
    body: dict[str, Any] = {}

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        part = pick_or_none(draw, world.of(self.kind))
        if part is None or (part.incident and world.incidents[part.incident].status == "closed"):
            return None
        ask = Ask("post", f"/{self.path}/{part.id}/{self.step}/", dict(self.body), part)
        ask.stale = now_and_then(draw)
        return with_slips(draw, ask)

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return ALLOWED if ask.record.status in self.before else Verdict("invalid_transition")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.status = self.after
        if ask.record.incident:
            world.incidents[ask.record.incident].touch()


class Escalate(PartOf):
    operation = "escalation.create"
    kind = "escalation"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        incident = pick_or_none(draw, living(world))
        targets = [each.id for each in staff(world) if each.id != actor.account.id]
        if incident is None or not targets or actor.account.role == "vendor_contact":
            return None
        body = {"incident_id": incident.id, "target_user_id": pick(draw, targets), "reason": "Nobody answers."}
        ask = Ask("post", "/escalations/", body, incident)
        return with_slips(draw, ask, "reason", actor_field="requested_by", others=strangers(world, actor.account))

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        if ask.record.status == "escalated":
            return ALLOWED
        if ask.record.status not in ("open", "in_progress"):
            return Verdict("invalid_transition")
        missing = frozenset({"supervision_missing"})
        return Verdict("precondition_failed", missing) if unsupervised(world, ask.record) else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.status = "escalated"
        self.remember(world, actor, ask, answer, "open").to = (ask.body or {})["target_user_id"]


class Answer(Step):
    """Requesters cannot acknowledge their own escalation."""

    kind = "escalation"
    path = "escalations"

    def visible(self, world: World, actor: Actor, ask: Ask) -> bool:
        return actor.account.role not in CONTACTS

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        fits = actor.account.id == ask.record.to or actor.account.role in ("incident_manager", "executive")
        if not fits:
            return "out_of_scope"
        return "segregation_of_duties" if actor.account.id == ask.record.by else ""


class Acknowledge(Answer):
    operation = "escalation.acknowledge"
    step = "acknowledge"
    before, after = ("open",), "acknowledged"


class Settle(Answer):
    operation = "escalation.resolve"
    step = "resolve"
    before, after = ("acknowledged",), "resolved"


class Communicate(PartOf):
    operation = "communication.create"
    kind = "communication"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        incident = pick_or_none(draw, living(world))
        if incident is None:
            return None
        contacts = [each.id for each in staff(world, "client_contact") if each.client == incident.client]
        kinds = ["portal", "executives", *(["contact"] if contacts else [])]
        kind = pick(draw, kinds)
        body = {"incident_id": incident.id, "message_content": "We are working on it.", "delivery_method": "email"}
        body["recipient_type"] = "executive_team" if kind == "executives" else "client_contact"
        if kind == "contact":
            body["recipient_user_id"] = pick(draw, contacts)
        elif kind == "portal" or pick(draw, (False, True)):
            body["delivery_method"] = "incident_portal_update"
        ask = Ask("post", "/communications/", body, incident, facts={"kind": kind})
        return with_slips(
            draw, ask, "message_content", actor_field="sender_user", others=strangers(world, actor.account)
        )

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        self.remember(world, actor, ask, answer, "pending", kind=ask.facts["kind"])


class Deliver(Act):
    operation = "communication.update"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        part = pick_or_none(draw, [each for each in world.of("communication") if each.status == "pending"])
        if part is None or world.incidents[part.incident or 0].status == "closed":
            return None
        status = pick(draw, ("sent", "failed"))
        ask = Ask("patch", f"/communications/{part.id}/", {"delivery_status": status}, part)
        return with_slips(draw, ask)

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.status = (ask.body or {})["delivery_status"]


class WorkAround(PartOf):
    operation = "workaround.create"
    kind = "workaround"
    weight = 3

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        incident = pick_or_none(draw, list(world.incidents.values()))
        if incident is None:
            return None
        effect = pick(draw, EFFECTS)
        body = {"incident_id": incident.id, "description": "The second site serves.", "effectiveness": effect}
        ask = Ask("post", "/workarounds/", body, incident)
        return with_slips(
            draw, ask, "effectiveness", actor_field="implemented_by", others=strangers(world, actor.account)
        )

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return Verdict("invalid_transition") if ask.record.status == "closed" else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        self.remember(world, actor, ask, answer, "active", effectiveness=(ask.body or {})["effectiveness"])


class Rejudge(Act):
    """A workaround turns out better or worse than it was recorded."""

    operation = "workaround.update"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        part = pick_or_none(draw, world.of("workaround"))
        if part is None or world.incidents[part.incident or 0].status == "closed":
            return None
        effect = pick(draw, [each for each in EFFECTS if each != part.more["effectiveness"]])
        return with_slips(draw, Ask("patch", f"/workarounds/{part.id}/", {"effectiveness": effect}, part))

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.more["effectiveness"] = (ask.body or {})["effectiveness"]
        world.incidents[ask.record.incident].touch()


class Analyse(PartOf):
    operation = "rca.create"
    kind = "rca"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        incident = pick_or_none(draw, living(world))
        analysts = staff(world, "technical_support", "incident_manager", "system_administrator")
        if incident is None or not analysts:
            return None
        body = {"incident_id": incident.id, "analysis_method": "five_whys", "assigned_to": pick(draw, analysts).id}
        return with_slips(draw, Ask("post", "/root-cause-analyses/", body, incident), "analysis_method")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        self.remember(world, actor, ask, answer, "in_progress").to = (ask.body or {})["assigned_to"]


class AnalysisStep(Step):
    kind = "rca"
    path = "root-cause-analyses"


class Conclude(AnalysisStep):
    operation = "rca.complete"
    step = "complete"
    body = {"root_cause": "A certificate had expired."}
    before, after = ("in_progress",), "completed"

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        super().happens(world, actor, ask, answer)
        ask.record.more.setdefault("conducted", set()).add(actor.account.id)


class Accept(AnalysisStep):
    """Analysts cannot approve or reject their own analysis."""

    operation = "rca.approve"
    step = "approve"
    before, after = ("completed",), "approved"

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        conducted = {ask.record.to, *ask.record.more.get("conducted", ())}
        return "segregation_of_duties" if actor.account.id in conducted else ""


class SendBack(Accept):
    operation = "rca.reject"
    step = "reject"
    body = {"comment": "This is a symptom."}
    before, after = ("completed",), "in_progress"


ACTS = (
    Escalate(),
    Acknowledge(),
    Settle(),
    Communicate(),
    Deliver(),
    WorkAround(),
    Rejudge(),
    Analyse(),
    Conclude(),
    Accept(),
    SendBack(),
)
