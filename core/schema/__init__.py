"""The OpenAPI description of every action, from the operation it carries out: one source for both.

The registry gives purpose, SOPs, roles, conditions, approvals, refusals, bodies and the answers of writes; collections
give the answers of lists and single records, and the filters. Other reads name their answer (`answers`).
"""

from core.schema.answers import More, answers
from core.schema.automatic import OperationSchema

__all__ = ["More", "OperationSchema", "answers"]
