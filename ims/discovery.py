"""SOP 1: Entities Lookup / Discovery. One endpoint for all collections, with three kinds of results."""

from typing import Any

from core.codes import Code
from core.errors import Item, Refusal
from core.reading.collections import Collection, collections
from core.reading.query import read_id

# The entity types of discovery, in contract order.
ENTITY_TYPES = (
    "client",
    "user",
    "vendor",
    "product",
    "component",
    "subscription",
    "sla",
    "incident",
    "workaround",
    "rca",
    "escalation",
    "communication",
    "change_request",
    "rollback_request",
    "metric",
    "incident_report",
    "kb_article",
    "post_incident_review",
    "event_record",
    "approval",
    "handoff",
)
# The size of a brief list, which serves disambiguation only.
BRIEF = 50


def collection_of(entity_type: str | None) -> Collection:
    known = [name for name in ENTITY_TYPES if name in collections]
    if entity_type in known:
        return collections[entity_type]
    detail = f"entity_type must be one of: {', '.join(known)}."
    item = Item("invalid_choice" if entity_type else "required", detail, "entity_type")
    raise Refusal(Code.VALIDATION_ERROR, detail, rule="entity_type_required", errors=[item])


def check_requester(text: str | None, user: Any) -> None:
    """SOP 1 lists the requester as an input: accepted if it is the caller."""
    if text is None:
        return
    if read_id("requester_id", text) != user.pk:
        item = Item("actor_mismatch", "This must be the authenticated caller's id.", "requester_id")
        raise Refusal(Code.ACTOR_MISMATCH, rule="actor_is_the_caller", errors=[item])


def answer_of(collection: Collection, found: Any, user: Any) -> dict[str, Any]:
    names = (collection.label, *collection.label_columns)
    columns = dict.fromkeys(["id", *names, *(["status"] if _shows_status(collection, user) else [])])
    rows = list(found.order_by("-id").values(*columns)[: BRIEF + 1])
    if not rows:
        return {"count": 0, "match": "none", "results": []}
    if len(rows) == 1:
        return {"count": 1, "match": "one", "results": [collection.one(user, rows[0]["id"])[0]]}
    brief = [{"id": row["id"], "label": _label(row, names), "status": row.get("status")} for row in rows[:BRIEF]]
    return {"count": len(rows) if len(rows) <= BRIEF else found.count(), "match": "many", "results": brief}


def _label(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The value that distinguishes a record from others of its type."""
    return row[names[0]] if len(names) == 1 else " · ".join(str(row[name]) for name in names if row[name])


def _shows_status(collection: Collection, user: Any) -> bool:
    only = collection.output.visible_fields(user)
    if only is not None and "status" not in only:
        return False
    return any(field.name == "status" for field in collection.model._meta.concrete_fields)
