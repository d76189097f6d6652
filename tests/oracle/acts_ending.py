"""SOP 16 and 25: resolving, reviewing, closing, reopening, and the post-incident review."""

from typing import Any

from tests.oracle.acts_incidents import OPEN, duplicate, rise, told, unsupervised
from tests.oracle.acts_response import PartOf, Step
from tests.oracle.drawing import now_and_then, pick, pick_or_none, staff, strangers, with_slips
from tests.oracle.policy import ALLOWED, Act, Ask, Verdict
from tests.oracle.world import Actor, Incident, World

# The codes of a missing review: never made, or voided by a later change of the record.
UNREVIEWED = {"postmortem_outdated": "postmortem_not_reviewed"}


# Kinds of related records whose statuses a postmortem contains.
TOLD = ("escalation", "rca", "change", "rollback")


class OnIncident(Act):
    step = ""
    body: dict[str, Any] = {}
    statuses: tuple[str, ...] = ()
    actor_field = ""

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        # Mostly where the step leads somewhere, now and then anywhere.
        fitting = [each for each in world.incidents.values() if each.status in self.statuses]
        incidents = list(world.incidents.values()) if now_and_then(draw, 6) else fitting
        incident = pick_or_none(draw, incidents)
        if incident is None:
            return None
        ask = Ask("post", f"/incidents/{incident.id}/{self.step}/", dict(self.body), incident)
        ask.stale = now_and_then(draw)
        return self.more(world, actor, ask, draw)

    def more(self, world: World, actor: Actor, ask: Ask, draw: Any) -> Ask:
        others = strangers(world, actor.account)
        return with_slips(draw, ask, *self.body, actor_field=self.actor_field, others=others)


class Resolve(OnIncident):
    operation = "incident.resolve"
    weight = 6
    step = "resolve"
    body = {"resolution_summary": "It works again."}
    statuses = OPEN
    actor_field = "resolved_by"

    def more(self, world: World, actor: Actor, ask: Ask, draw: Any) -> Ask:
        code = pick(draw, ("", "", "false_alarm", "self_recovered", "duplicate"))
        twins = [each for each in world.incidents.values() if ask.record.client in self.concerned(each)]
        twins = [each for each in twins if each.id != ask.record.id]
        if code == "duplicate" and twins:
            twin = pick(draw, twins)
            ask.body = {**(ask.body or {}), "resolution_code": code, "duplicate_of_id": twin.id}
            ask.facts["twin"] = twin
            if ask.record in self.chain(world, twin):
                ask.flaw = "invalid_reference"
                return ask
        elif code and code != "duplicate":
            ask.body = {**(ask.body or {}), "resolution_code": code}
        return super().more(world, actor, ask, draw)

    @staticmethod
    def concerned(incident: Incident) -> set[int]:
        return incident.affected | {incident.client}

    @staticmethod
    def chain(world: World, incident: Incident) -> list[Incident]:
        """An incident and those that it duplicates, to the end."""
        found = [incident]
        while found[-1].duplicate_of is not None:
            found.append(world.incidents[found[-1].duplicate_of])
        return found

    def body_duties(self, world: World, actor: Actor, ask: Ask) -> str:
        stated = "resolution_code" in (ask.body or {})
        manager = actor.account.role == "incident_manager"
        return "role_not_permitted" if stated and not manager and not world.mitigated(ask.record) else ""

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        incident = ask.record
        if incident.status not in OPEN:
            return Verdict("invalid_transition")
        missing = set(self.missing(world, incident, self.excused(actor, ask)))
        if unsupervised(world, incident):
            missing.add("supervision_missing")
        return Verdict("precondition_failed", frozenset(missing)) if missing else ALLOWED

    @staticmethod
    def excused(actor: Actor, ask: Ask) -> bool:
        manager = actor.account.role == "incident_manager"
        return "resolution_code" in (ask.body or {}) and manager and ask.record.noted

    @staticmethod
    def missing(world: World, incident: Incident, excused: bool) -> list[str]:
        told = world.of("communication", incident.id)
        informed = any(
            (each.more["kind"] == "contact" and each.status == "sent")
            or (each.more["kind"] == "portal" and each.status != "failed")
            for each in told
        )
        busy = {
            "escalation_open": any(each.status == "open" for each in world.of("escalation", incident.id)),
            "change_in_progress": any(each.status == "in_progress" for each in world.of("change", incident.id)),
            "rollback_in_progress": any(each.status == "in_progress" for each in world.of("rollback", incident.id)),
            "client_not_informed": not informed,
            "not_mitigated": not (excused or world.mitigated(incident)),
        }
        return [code for code, holds in busy.items() if holds]

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        incident = ask.record
        incident.excused = self.excused(actor, ask)
        incident.status, incident.resolver = "resolved", actor.account.id
        incident.resolvers.add(actor.account.id)
        incident.postmortem = answer["postmortem_report_id"]
        incident.reviewer, incident.outdated = None, False
        if twin := ask.facts.get("twin"):
            incident.duplicate_of = twin.id
            last = self.chain(world, twin)[-1]
            if last.status != "closed":
                before = told(last)
                last.affected |= self.concerned(incident)
                rise(world, last)
                if told(last) != before:
                    last.touch()


class Review(Act):
    operation = "postmortem.review"
    weight = 5

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        waiting = [
            e for e in world.incidents.values() if e.status == "resolved" and e.reviewer is None and e.postmortem
        ]
        incident = pick_or_none(draw, waiting)
        if incident is None:
            return None
        ask = Ask("post", f"/incident-reports/{incident.postmortem}/review/", {"comment": "Agreed."}, incident)
        return with_slips(draw, ask)

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        guarded = ask.record.guarded and actor.account.id in ask.record.initiators
        return "segregation_of_duties" if guarded or actor.account.id == ask.record.resolver else ""

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.reviewer, ask.record.outdated = actor.account.id, False


class Close(OnIncident):
    operation = "incident.close"
    weight = 6
    step = "close"
    statuses = ("resolved",)
    actor_field = "closed_by"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        ask = super().ask(world, actor, draw)
        # An agent whom the duties also forbid: the policy does not define which refusal comes first.
        return None if ask and actor.agent and ask.record.high and self.duties(world, actor, ask) else ask

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        if actor.account.role == "technical_support" and ask.record.high:
            return "role_not_permitted"
        if ask.record.guarded and actor.account.id in ask.record.initiators:
            return "segregation_of_duties"
        return "in_person_required" if actor.agent and ask.record.high else ""

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        incident = ask.record
        if incident.status != "resolved":
            return Verdict("invalid_transition")
        missing = set()
        if incident.reviewer is None or (incident.guarded and incident.reviewer in incident.initiators):
            missing.add("postmortem_not_reviewed")
        if not (incident.excused or world.mitigated(incident)):
            missing.add("not_mitigated")
        found = any(each.status in ("completed", "approved") for each in world.of("rca", incident.id))
        if incident.high and not found and not incident.excuse:
            missing.add("root_cause_missing")
        return Verdict("precondition_failed", frozenset(missing)) if missing else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.status, ask.record.closer = "closed", actor.account.id
        ask.record.told_at_closing = recorded(world, ask.record)


def recorded(world: World, incident: Incident) -> dict[str, Any]:
    """The record's content in the form of its postmortem."""
    parts = {kind: {each.id: each.status for each in world.of(kind, incident.id)} for kind in TOLD}
    return {
        "title": " ".join(incident.title.split()),
        "category": incident.key[2],
        "severity": incident.severity,
        "peak_severity": incident.peak,
        "clients": incident.affected | {incident.client},
        "resolver": incident.resolver,
        "cause_undetermined": incident.excuse,
        "workarounds": {each.id: each.more["effectiveness"] for each in world.of("workaround", incident.id)},
        **parts,
    }


class Reopen(OnIncident):
    operation = "incident.reopen"
    weight = 1
    step = "reopen"
    body = {"reason": "It fails again."}
    statuses = ("resolved",)

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        if ask.record.status != "resolved":
            return Verdict("invalid_transition")
        if unsupervised(world, ask.record):
            return Verdict("precondition_failed", frozenset({"supervision_missing"}))
        return Verdict("duplicate_open_incident") if duplicate(world, ask.record.key, ask.record.id) else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        incident = ask.record
        incident.status, incident.resolver, incident.reviewer = "in_progress", None, None
        incident.confirmed = incident.excused = incident.outdated = False
        incident.postmortem = incident.duplicate_of = None


class Confirm(OnIncident):
    """A contact of an affected client confirms the mitigation."""

    operation = "incident.confirm_mitigation"
    step = "confirm-mitigation"
    statuses = OPEN

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def visible(self, world: World, actor: Actor, ask: Ask) -> bool:
        return actor.account.client in Resolve.concerned(ask.record)

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return Verdict("invalid_transition") if ask.record.status == "closed" else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.confirmed = True


def detached(world: World, account: int, incident: Incident) -> bool:
    """Whether a person is independent enough to review an incident's response (SOP 25)."""
    return account not in incident.resolvers and not (incident.high and account in incident.initiators)


class Schedule(PartOf):
    operation = "review.create"
    kind = "review"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        closed = [each for each in world.incidents.values() if each.status == "closed"]
        incident = pick_or_none(draw, list(world.incidents.values()) if now_and_then(draw) else closed)
        people = staff(world, "incident_manager", "executive")
        if incident is None or not people:
            return None
        body = {"incident_id": incident.id, "facilitator_user_id": pick(draw, people).id}
        body["scheduled_date"] = f"{world.now:%Y}-12-31"
        return with_slips(draw, Ask("post", "/post-incident-reviews/", body, incident), "scheduled_date")

    def body_duties(self, world: World, actor: Actor, ask: Ask) -> str:
        fits = detached(world, (ask.body or {})["facilitator_user_id"], ask.record)
        return "" if fits else "segregation_of_duties"

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        if ask.record.status != "closed":
            return Verdict("precondition_failed")
        unfinished = [each for each in world.of("review", ask.record.id) if each.status != "completed"]
        return Verdict("duplicate") if unfinished else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        self.remember(world, actor, ask, answer, "scheduled")


class ReviewStep(Step):
    kind = "review"
    path = "post-incident-reviews"

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        part = pick_or_none(draw, world.of(self.kind))
        if part is None:
            return None
        return with_slips(draw, Ask("post", f"/{self.path}/{part.id}/{self.step}/", dict(self.body), part))

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        fits = detached(world, actor.account.id, world.incidents[ask.record.incident])
        return "" if fits else "segregation_of_duties"


class Start(ReviewStep):
    operation = "review.start"
    step = "start"
    before, after = ("scheduled",), "in_progress"


class Complete(ReviewStep):
    operation = "review.complete"
    step = "complete"
    body = {
        "timeline_accuracy_rating": 4,
        "communication_effectiveness_rating": 3,
        "technical_response_rating": 5,
    }
    before, after = ("in_progress",), "completed"

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True


ACTS = (Resolve(), Review(), Close(), Reopen(), Confirm(), Schedule(), Start(), Complete())
