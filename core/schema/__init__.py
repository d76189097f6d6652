"""The OpenAPI description of every action, derived from its operation.

The registry provides purpose, SOPs, roles, conditions, approvals, refusals, bodies and the responses of writes;
collections provide the responses of lists and single records, and the filters. Other reads declare theirs (`answers`).
"""

from core.schema.answers import ListAdditions, answers
from core.schema.automatic import OperationSchema

__all__ = ["ListAdditions", "OperationSchema", "answers"]
