"""SOP 5, 14, 22 and 23, tokens and handoffs: corrections, pauses, metrics, reports, and what is handed to a person."""

from typing import Any

from tests.oracle.acts_incidents import OPEN
from tests.oracle.acts_response import PartOf, Step
from tests.oracle.acts_services import agreements_of, promise_of
from tests.oracle.drawing import now_and_then, pick, pick_or_none, strangers, with_slips
from tests.oracle.policy import ALLOWED, Act, Ask, Verdict
from tests.oracle.world import Actor, Incident, Part, World


class CorrectUser(Act):
    """The address of a privileged account is a way into it; one's own is never changed by oneself."""

    operation = "user.update"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        account = pick(draw, list(world.accounts.values()))
        address = f"moved{world.fresh()}@example.org"
        if now_and_then(draw, 6) and (taken := sorted(world.emails)):
            address = pick(draw, taken)
        body = pick(draw, ({"email": address}, {"email": address}, {"name": "Another Name"}))
        return with_slips(draw, Ask("patch", f"/users/{account.id}/", body, account))

    def body_duties(self, world: World, actor: Actor, ask: Ask) -> str:
        return "segregation_of_duties" if self.moves(ask) and ask.record.id == actor.account.id else ""

    @staticmethod
    def moves(ask: Ask) -> bool:
        return "email" in (ask.body or {}) and (ask.body or {})["email"] != ask.record.email

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return Verdict("duplicate") if self.moves(ask) and (ask.body or {})["email"] in world.emails else ALLOWED

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return self.moves(ask) and bool(ask.record.privileged)

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.email = (ask.body or {}).get("email", ask.record.email)


class MakeToken(Act):
    """A further token of one's own, for a script: it counts as the person."""

    operation = "token.create"
    success = 201

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        return with_slips(draw, Ask("post", "/auth/tokens/", {"name": "a script"}), "name")

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        actor.account.scripts[answer["id"]] = answer["token"]
        world.issued.append(answer["token"])


class RevokeToken(Act):
    operation = "token.revoke"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        holder = pick_or_none(draw, [each for each in world.accounts.values() if each.scripts])
        if holder is None:
            return None
        token = pick(draw, sorted(holder.scripts))
        return Ask("delete", f"/auth/tokens/{token}/", None, holder, facts={"token": token})

    def visible(self, world: World, actor: Actor, ask: Ask) -> bool:
        return actor.account.id == ask.record.id or actor.account.role == "system_administrator"

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        del ask.record.scripts[ask.facts["token"]]


class HandOver(PartOf):
    operation = "handoff.create"
    kind = "handoff"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        return with_slips(draw, Ask("post", "/handoffs/", {"reason_code": "other"}), "reason_code")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        self.remember(world, actor, ask, answer, "open")


class TakeOver(Step):
    operation = "handoff.accept"
    kind, path, step = "handoff", "handoffs", "accept"
    before, after = ("open",), "accepted"

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True


class Finish(TakeOver):
    operation = "handoff.close"
    step = "close"
    body = {"outcome": "The client was called."}
    before, after = ("accepted",), "closed"


def pausable(world: World, incident: Incident) -> bool:
    """An unresolved incident, not P1, by whose agreement the resolution clock may pause; one pause at a time."""
    promise = promise_of(world, incident)
    terms = agreements_of(world, promise.id) if promise else []
    allowed = any(each["pauses_allowed"] for each in terms if each["severity_level"] == incident.severity)
    return incident.status in OPEN and incident.severity != "P1" and allowed and paused(world, incident) is None


def paused(world: World, incident: Incident) -> Part | None:
    return next((each for each in world.of("pause", incident.id) if running(world, each)), None)


def running(world: World, pause: Part) -> bool:
    """Resolving, or a rise to P1, ends a pause; so does whoever resumes the clock."""
    incident = world.incidents[pause.incident or 0]
    ended = len(incident.resolvers), incident.every_severity.count("P1")
    return pause.status == "running" and incident.status in OPEN and pause.more["before"] == ended


class Pause(PartOf):
    operation = "incident.pause_clock"
    kind = "pause"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        incidents = list(world.incidents.values())
        fitting = [each for each in incidents if pausable(world, each)]
        incident = pick_or_none(draw, incidents if now_and_then(draw, 3) else fitting)
        if incident is None:
            return None
        body = {"reason": pick(draw, ("waiting_for_vendor", "agreed_maintenance")), "note": "Until tonight."}
        return with_slips(draw, Ask("post", f"/incidents/{incident.id}/pauses/", body, incident), "reason", "note")

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return ALLOWED if pausable(world, ask.record) else Verdict("precondition_failed")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        before = len(ask.record.resolvers), ask.record.every_severity.count("P1")
        self.remember(world, actor, ask, answer, "running", before=before)


class Resume(Act):
    operation = "incident.resume_clock"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        pause = pick_or_none(draw, world.of("pause"))
        if pause is None:
            return None
        return with_slips(draw, Ask("post", f"/incidents/{pause.incident}/pauses/{pause.id}/end/", {}, pause))

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return ALLOWED if running(world, ask.record) else Verdict("precondition_failed")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.status = "ended"


class OfIncident(Act):
    """A record about an incident, which its body names."""

    success = 201
    path = ""
    named: dict[str, tuple[str, ...]] = {}
    actor_field = ""
    statuses: tuple[str, ...] = ()

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        fitting = [each for each in world.incidents.values() if each.status in self.statuses]
        incident = pick_or_none(draw, list(world.incidents.values()) if now_and_then(draw, 6) else fitting)
        if incident is None:
            return None
        kind = next(iter(self.named))
        body = {"incident_id": incident.id, kind: pick(draw, self.named[kind])}
        ask = Ask("post", f"/{self.path}/", body, facts={"incident": incident})
        others = strangers(world, actor.account)
        return with_slips(draw, ask, kind, actor_field=self.actor_field, others=others)


class Measure(OfIncident):
    operation = "metric.record"
    path = "metrics"
    named = {"metric_type": ("mean_time_to_resolve", "sla_breach_rate")}
    statuses = ("closed",)

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return ALLOWED if ask.facts["incident"].status == "closed" else Verdict("precondition_failed")


class Report(OfIncident):
    operation = "report.generate"
    path = "incident-reports"
    named = {"report_type": ("executive_summary", "trend_analysis")}
    actor_field = "generated_by"
    statuses = (*OPEN, "resolved", "closed")

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True


ACTS = (
    CorrectUser(),
    MakeToken(),
    RevokeToken(),
    HandOver(),
    TakeOver(),
    Finish(),
    Pause(),
    Resume(),
    Measure(),
    Report(),
)
