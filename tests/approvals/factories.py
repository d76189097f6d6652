"""Approvals for tests, requested and decided through the API."""

from typing import Any

from tests.api import Api


def ask(requester: Api, operation: str, payload: Any = None, target: Any = None) -> int:
    """Request an approval; returns its id."""
    body: dict[str, Any] = {"operation": operation}
    if payload is not None:
        body["payload"] = payload
    if target is not None:
        body |= {"reference_type": target.entity_type, "reference_id": target.pk}
    return int(requester.post("/approvals/", body, expect=201).json()["id"])


def decide(approver: Api, approval: int, decision: str = "approve") -> int:
    """Approve or reject; returns the approval's id."""
    approver.post(f"/approvals/{approval}/{decision}/", {"comment": "judged"}, expect=200)
    return approval


def approved(requester: Api, approver: Api, operation: str, payload: Any = None, target: Any = None) -> int:
    return decide(approver, ask(requester, operation, payload, target))
