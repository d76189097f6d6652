"""The query parameters of the trail."""

from core.inputs import BIGGEST_ID
from core.schema.parameters import query

TEXT = {"type": "string"}
ID = {"type": "integer", "minimum": 0, "maximum": BIGGEST_ID}
FOLLOWING = (
    query(
        "after", {"type": "string", "pattern": "^[0-9]+$"}, "Follow the trail, oldest first, from this cursor on: 0."
    ),
    query("include_discovery", {"type": "boolean"}, "With `after`: discovery entries, too."),
)
ONE_CHAIN = (
    query("reference_type", {**TEXT, "minLength": 1}, "Only the chain of a record of this type."),
    query("reference_id", ID, "Only the chain of this record."),
)
