"""Refusals that no client can provoke at will: their examples are written by the code that would write them."""

from typing import Any

from django.db import OperationalError
from rest_framework.exceptions import Throttled

from core.codes import Code
from core.context import context
from core.errors import AuditTrailFailure, Refusal
from core.http.problems import as_refusal, problem
from core.operations.registry import registry
from tools.tour.placeholders import REQUEST_ID

OPERATION = "incident.create"
SECONDS = 30
UNPROVOKED: dict[Code, Any] = {
    Code.IN_PERSON_REQUIRED: Refusal(
        Code.IN_PERSON_REQUIRED, "incident.create is in person: always.", rule="in_person"
    ),
    Code.IN_USE: Refusal(
        Code.IN_USE, "The record is in use, or refers to a record that no longer exists.", rule="references"
    ),
    Code.THROTTLED: as_refusal(Throttled(wait=SECONDS)),
    Code.AUDIT_TRAIL_FAILURE: AuditTrailFailure(),
    Code.DATABASE_UNAVAILABLE: as_refusal(OperationalError()),
    Code.INTERNAL_ERROR: Refusal(Code.INTERNAL_ERROR, rule="contract"),
}


def written() -> dict[str, dict[str, Any]]:
    """Code → the example of its problem document."""
    with context(operation=registry[OPERATION], request_id=REQUEST_ID, actor=None):
        return {
            str(code): {"summary": refusal.meaning.title, "status": refusal.meaning.status, "answer": problem(refusal)}
            for code, refusal in UNPROVOKED.items()
        }
