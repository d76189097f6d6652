"""SOP 7 and check_approval: vendors, and approvals that are requested, granted and used."""

from typing import Any

from tests.oracle.acts_accounts import CreateUser, Permissions, Reissue
from tests.oracle.acts_records import CorrectUser, Report
from tests.oracle.acts_services import ChangePromise, ChangeSubscription, Promise, SetHours
from tests.oracle.drawing import now_and_then, pick, pick_or_none, with_slips
from tests.oracle.policy import ALLOWED, SHORT, Act, Ask, Verdict, judge
from tests.oracle.world import Actor, Approval, Reference, World


class CreateVendor(Act):
    operation = "vendor.create"
    weight = 3
    success = 201

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        number = world.fresh()
        body = {
            "vendor_name": f"Supplier {number}",
            "contact_email": f"vendor{number}@example.org",
            "contact_phone": f"+4930{9000000 + number}",
            "vendor_type": "cloud_service_provider",
        }
        return with_slips(draw, Ask("post", "/vendors/", body), "vendor_type", "contact_phone")

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        # A body that an approval has been used for names a vendor that is there.
        taken = [each.more["email"] for each in world.references.values() if each.kind == "vendor"]
        return Verdict("duplicate") if (ask.body or {})["contact_email"] in taken else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        named = {"name": (ask.body or {})["vendor_name"], "email": (ask.body or {})["contact_email"]}
        world.references["vendor", answer["id"]] = Reference(answer["id"], "vendor", named)


class UpdateVendor(Act):
    """A vendor with another name, type or address would be a different vendor without an approval."""

    operation = "vendor.update"
    weight = 3

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        vendor = pick_or_none(draw, [each for each in world.references.values() if each.kind == "vendor"])
        if vendor is None:
            return None
        number = world.fresh()
        renamed = {"vendor_name": f"Supplier {number}"}
        body = pick(draw, (renamed, {"contact_phone": f"+4930{9000000 + number}"}))
        return with_slips(draw, Ask("patch", f"/vendors/{vendor.id}/", body, vendor))

    def elevated(self, world: World, actor: Actor, ask: Ask) -> bool:
        return (ask.body or {}).get("vendor_name", ask.record.more["name"]) != ask.record.more["name"]

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        vendors = [each for each in world.references.values() if each.kind == "vendor"]
        taken = [each.more["name"] for each in vendors if each is not ask.record]
        return Verdict("duplicate") if (ask.body or {}).get("vendor_name") in taken else ALLOWED

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.more["name"] = (ask.body or {}).get("vendor_name", ask.record.more["name"])


ELEVATED: tuple[tuple[Act, str | None], ...] = (
    (CreateVendor(), None),
    (UpdateVendor(), "vendor"),
    (CreateUser(), None),
    (Permissions(), "user"),
    (Reissue(), "user"),
    (Promise(), None),
    (ChangePromise(), "sla"),
    (ChangeSubscription(), "subscription"),
    (SetHours(), "client"),
    (CorrectUser(), "user"),
    (Report(), None),
)


class Request(Act):
    """Ask for the authority to do exactly one thing."""

    operation = "approval.request"
    weight = 5
    success = 201

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        wanted, kind = pick(draw, ELEVATED)
        inner = wanted.ask(world, actor, draw)
        if inner is None or judge(wanted, world, actor, inner).code != "approval_required":
            return None
        body = {"operation": wanted.operation, "payload": inner.body or {}}
        if kind:
            body |= {"reference_type": kind, "reference_id": inner.record.id}
        return with_slips(draw, Ask("post", "/approvals/", body, facts={"inner": inner}), "operation")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        inner = ask.facts["inner"]
        target = inner.record.id if inner.record is not None else None
        name = (ask.body or {})["operation"]
        approval = Approval(answer["id"], name, target, inner.body or {}, actor.account.id)
        approval.ask = inner
        world.approvals[approval.id] = approval


class Decision(Act):
    weight = 4
    step, status = "", ""

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        pending = [each for each in world.approvals.values() if each.status == "pending"]
        approval = pick_or_none(draw, list(world.approvals.values()) if now_and_then(draw, 6) else pending)
        if approval is None:
            return None
        return with_slips(draw, Ask("post", f"/approvals/{approval.id}/{self.step}/", {"comment": "Seen."}, approval))

    def in_person(self, world: World, actor: Actor, ask: Ask) -> bool:
        return True

    def visible(self, world: World, actor: Actor, ask: Ask) -> bool:
        contact = actor.account.role in ("client_contact", "vendor_contact")
        return not contact or ask.record.requester == actor.account.id

    def duties(self, world: World, actor: Actor, ask: Ask) -> str:
        if SHORT[actor.account.role] not in self.approvers:
            return "role_not_permitted"
        return "segregation_of_duties" if ask.record.requester == actor.account.id else ""

    def state(self, world: World, actor: Actor, ask: Ask) -> Verdict:
        return ALLOWED if ask.record.status == "pending" else Verdict("invalid_transition")

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        ask.record.status, ask.record.approver, ask.record.decided_at = self.status, actor.account.id, world.now


class Approve(Decision):
    operation = "approval.approve"
    step, status = "approve", "approved"


class Refuse(Decision):
    operation = "approval.reject"
    weight = 1
    step, status = "reject", "rejected"


class Use(Act):
    """Use an approval, sometimes with another body; for any operation that can be elevated."""

    weight = 5

    def __init__(self, wanted: Act) -> None:
        self.wanted, self.operation, self.success = wanted, wanted.operation, wanted.success
        for stage in ("in_person", "visible", "duties", "references", "body_duties", "state", "elevated"):
            setattr(self, stage, getattr(wanted, stage))

    def ask(self, world: World, actor: Actor, draw: Any) -> Ask | None:
        approval = pick_or_none(draw, [e for e in world.approvals.values() if e.operation == self.operation])
        if approval is None:
            return None
        body = dict(approval.body)
        if now_and_then(draw, 6) and "vendor_name" in body:
            body["vendor_name"] = f"Supplier {world.fresh()}"
        return Ask(
            approval.ask.method,
            approval.ask.path,
            body,
            approval.ask.record,
            approval=approval,
            facts=approval.ask.facts,
        )

    def happens(self, world: World, actor: Actor, ask: Ask, answer: dict[str, Any]) -> None:
        # An approver in person needs no approval and consumes none.
        borrowed = self.elevated(world, actor, ask) and not (SHORT[actor.account.role] == "EX" and not actor.agent)
        self.wanted.happens(world, actor, ask, answer)
        if borrowed:
            ask.approval.consumed, ask.approval.used_by = True, actor.account.id


ACTS: tuple[Act, ...] = (
    CreateVendor(),
    UpdateVendor(),
    Request(),
    Approve(),
    Refuse(),
    *(Use(act) for act, _ in ELEVATED),
)
