"""The OpenAPI description of every action, from the operation it carries out: one source for both.

Nothing is described by hand but answers that are no records (`describe`). The registry gives purpose, SOPs, roles,
conditions, approvals and refusals; the bound serializer the body; the collection the answer and the filters.
"""

from core.schema.answers import describe, describe_more, extended
from core.schema.automatic import OperationSchema

__all__ = ["OperationSchema", "describe", "describe_more", "extended"]
