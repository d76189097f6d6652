"""SOP 20, 21 and 24: changes, rollbacks and knowledge base articles."""

from datetime import timedelta
from typing import Any

from tests.oracle.acts_response import PartOf, Step
from tests.oracle.drawing import living, pick, pick_or_none, strangers, with_slips
from tests.oracle.policy import ALLOWED, Act, Ask, Verdict
from tests.oracle.world import Actor, Part, World


class Propose(PartOf):
    operation = "change.create"
    kind = "change"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        incident = pick_or_none(draw, living(world))
        if incident is None:
            return None
        body = {
            "change_title": "Renew the certificate",
            "change_type": pick(draw, ("standard", "normal", "emergency")),
            "risk_level": pick(draw, ("low", "critical")),
            "incident_id": incident.id,
        }
        ask = Ask("post", "/change-requests/", body, incident)
        others = strangers(world, actor.account)
        return with_slips(draw, ask, "change_title", "risk_level", actor_field="requested_by", others=others)

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        body = ask.body or {}
        self.remember(world, actor, ask, answer, "requested", risk=body["risk_level"], type=body["change_type"])


class ChangeStep(Step):
    kind = "change"
    path = "change-requests"


def may_decide(actor: Actor, requester: int, risk: str) -> str:
    """Requesters cannot decide their own changes; an executive decides critical ones."""
    if risk == "critical" and actor.account.role != "executive":
        return "role_not_permitted"
    return "segregation_of_duties" if actor.account.id == requester else ""


class Decide(ChangeStep):
    before = ("requested",)

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        return may_decide(actor, ask.record.by, ask.record.more["risk"])


class ApproveChange(Decide):
    operation = "change.approve"
    step = "approve"
    after = "approved"
    weight = 4


class RejectChange(Decide):
    operation = "change.reject"
    step = "reject"
    after = "rejected"


class Plan(ChangeStep):
    operation = "change.schedule"
    step = "schedule"
    before, after = ("approved",), "scheduled"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        ask = super().ask(world, actor, draw)
        if ask is not None:
            ends = world.now + timedelta(days=20)
            window = {
                "scheduled_start": f"{world.now:%Y-%m-%dT%H:%M:%SZ}",
                "scheduled_end": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
            }
            ask.body = {**window, **(ask.body or {})}
        return ask


class Begin(ChangeStep):
    operation = "change.start"
    step = "start"
    after = "in_progress"
    weight = 4

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        first = ("scheduled", "approved") if ask.record.more["type"] == "emergency" else ("scheduled",)
        return ALLOWED if ask.record.status in first else Verdict("invalid_transition")


class Finish(ChangeStep):
    operation = "change.complete"
    step = "complete"
    before, after = ("in_progress",), "completed"


class Fail(ChangeStep):
    operation = "change.fail"
    step = "fail"
    before, after = ("in_progress",), "failed"


class Reverse(PartOf):
    operation = "rollback.create"
    kind = "rollback"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        changes = [each for each in world.of("change") if world.incidents[each.incident or 0].status != "closed"]
        change = pick_or_none(draw, changes)
        if change is None:
            return None
        body = {"change_id": change.id, "justification": "It made things worse."}
        ask = Ask("post", "/rollback-requests/", body, facts={"change": change})
        return with_slips(
            draw, ask, "justification", actor_field="requested_by", others=strangers(world, actor.account)
        )

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        change = ask.facts["change"]
        if change.status not in ("in_progress", "completed", "failed"):
            return Verdict("precondition_failed")
        unfinished = [each for each in world.of("rollback") if each.status in ("requested", "in_progress")]
        return Verdict("duplicate") if any(each.more["change"] is change for each in unfinished) else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        change: Part = ask.facts["change"]
        part = self.remember(world, actor, ask, answer, "requested", change=change, risk=change.more["risk"])
        part.incident = change.incident
        world.incidents[change.incident or 0].touch()


class RollbackStep(Step):
    kind = "rollback"
    path = "rollback-requests"


class DecideRollback(RollbackStep):
    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        return may_decide(actor, ask.record.by, ask.record.more["risk"])


class StartRollback(DecideRollback):
    operation = "rollback.start"
    step = "start"
    before, after = ("requested",), "in_progress"

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        super().happens(world, actor, ask, answer)
        change = ask.record.more["change"]
        change.status = "failed" if change.status == "in_progress" else change.status


class RejectRollback(DecideRollback):
    operation = "rollback.reject"
    step = "reject"
    before, after = ("requested", "in_progress"), "rejected"


class CompleteRollback(RollbackStep):
    operation = "rollback.complete"
    step = "complete"
    body = {"validation_completed": True}
    before, after = ("in_progress",), "completed"

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        super().happens(world, actor, ask, answer)
        ask.record.more["change"].status = "rolled_back"


class Write(PartOf):
    operation = "article.create"
    kind = "article"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        number = world.fresh()
        body = {"title": f"How to mend it, {number}", "content_type": "faq", "category": "troubleshooting"}
        body["body"] = "Turn it off and on."
        return with_slips(draw, Ask("post", "/knowledge-articles/", body), "content_type")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        self.remember(world, actor, ask, answer, "draft")


class ArticleStep(Step):
    kind = "article"
    path = "knowledge-articles"

    def visible(self, world: World, actor: Actor, ask: Ask) -> bool:
        contact = actor.account.role in ("client_contact", "vendor_contact")
        return ask.record.status == "published" or not contact


class Submit(ArticleStep):
    operation = "article.submit"
    step = "submit"
    before, after = ("draft",), "in_review"

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        own = actor.account.id == ask.record.by or actor.account.role == "incident_manager"
        return "" if own else "out_of_scope"


class Publish(ArticleStep):
    """Never the author; technical support only as the assigned reviewer (none here)."""

    operation = "article.publish"
    step = "publish"
    before, after = ("in_review",), "published"

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        if actor.account.id == ask.record.by:
            return "segregation_of_duties"
        return "out_of_scope" if actor.account.role == "technical_support" else ""


ACTS: tuple[Act, ...] = (
    Propose(),
    ApproveChange(),
    RejectChange(),
    Plan(),
    Begin(),
    Finish(),
    Fail(),
    Reverse(),
    StartRollback(),
    RejectRollback(),
    CompleteRollback(),
    Write(),
    Submit(),
    Publish(),
)
