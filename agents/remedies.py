"""What a refused call offers next: an approval, by request or already requested, or a handoff to a person.

An offer is a call of a tool that the agent could make itself. Whoever accepts it, in whatever words, gains nothing but
that call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.requests import ApiRequest, Caller, send
from agents.results import ToolResult, console_of_approval
from approvals.digest import approval_digest
from core.errors import Refusal
from core.operations.registry import registry

NEEDS_APPROVAL = ("approval_required", "approval_invalid")
APPROVAL, HANDOFF = "approval", "handoff"
REPEAT = "repeat with approval_id"


@dataclass(frozen=True, slots=True)
class Offer:
    """A question to the person at the client, and the call that is made if they agree."""

    key: str
    question: str
    tool: str
    arguments: Mapping[str, Any]


def with_remedy(result: ToolResult, caller: Caller, request: ApiRequest, target: Any, tool_call: str) -> ToolResult:
    """The result; where an approval is missing, with the one that was requested for this call, or how to request it."""
    if not result.refused or result.document.get("code") not in NEEDS_APPROVAL:
        return result
    operation = registry.find(str(result.document.get("operation")))
    if operation is None:
        return result
    payload = request.body or {}
    named = {"reference_type": operation.target, "reference_id": int(target)} if operation.target else {}
    arguments = {"operation": operation.name, **named, "payload": payload}
    held = _requested(caller, arguments, tool_call)
    told = _held(held) if held else {"tool": "request_approval", "arguments": arguments, "then": REPEAT}
    return ToolResult(True, result.text, {**result.document, APPROVAL: told})


def _requested(caller: Caller, wanted: Mapping[str, Any], tool_call: str) -> Mapping[str, Any] | None:
    """The newest approval that the person requested for exactly this call, and that can still authorise it."""
    target = wanted.get("reference_type"), wanted.get("reference_id")
    try:
        digest = approval_digest(wanted["operation"], *target, wanted["payload"])
    except Refusal:  # no approval can bind this body
        return None
    me = send(caller, ApiRequest("GET", "me/"), tool_call=tool_call)
    mine = {"digest": digest, "status__in": "pending,approved", "requester_id": me.document.get("id"), "page_size": 1}
    found = send(caller, ApiRequest("GET", "approvals/", mine), tool_call=tool_call)
    return None if found.refused else next(iter(found.document["results"]), None)


def _held(approval: Mapping[str, Any]) -> dict[str, Any]:
    link = console_of_approval(approval["id"])
    return {"id": approval["id"], "status": approval["status"], "decided_at_console": link, "then": REPEAT}


def offer_of(result: ToolResult) -> Offer | None:
    """What to ask the person at the client about a refused call; None where there is nothing to ask."""
    problem = result.document
    name = problem.get("operation")
    arguments = problem.get(APPROVAL, {}).get("arguments")
    if arguments is not None:
        return Offer(APPROVAL, f"{name} needs an approval. Request it now?", "request_approval", arguments)
    if problem.get("code") == "in_person_required" and problem.get(HANDOFF):
        return Offer(HANDOFF, f"Only a person can execute {name}. Hand it over?", "handoff", problem[HANDOFF])
    return None


def with_accepted(result: ToolResult, offer: Offer, made: ToolResult) -> ToolResult:
    """The refused call, with what was made of the offer; if that was refused too, its own refusal."""
    if made.refused:
        return made
    record = made.document
    told = _held(record) if offer.key == APPROVAL else {"id": record["id"], "status": record["status"]}
    text = f"{result.text} Made at the person's request: {offer.tool} {record['id']}."
    return ToolResult(True, text, {**result.document, offer.key: told})
