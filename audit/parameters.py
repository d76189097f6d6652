"""The query parameters of the trail."""

from core.schema.parameters import ID_SCHEMA, query

TEXT = {"type": "string"}
FOLLOWING = (
    query(
        "after",
        {"type": "string", "pattern": "^[0-9]+$"},
        "Follow the trail, oldest first, after this cursor; start with 0.",
    ),
    query("include_discovery", {"type": "boolean"}, "With `after`: include discovery entries."),
)
ONE_CHAIN = (
    query("reference_type", {**TEXT, "minLength": 1}, "Only the chain of a record of this type."),
    query("reference_id", ID_SCHEMA, "Only the chain of this record."),
    query("after", {**TEXT, "minLength": 1}, "Continue a verification: `continue_after` of the answer before."),
)
