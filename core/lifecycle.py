"""Lifecycles as tables: status → the statuses it may move to."""

from collections.abc import Mapping
from typing import Any

from core.codes import Code
from core.errors import Item, Refusal

Table = Mapping[str, tuple[str, ...]]


def allowed_from(table: Table, status: str) -> list[str]:
    return [str(each) for each in table.get(status, ())]


def require_transition(table: Table, record: Any, new_status: str, *, next: str = "") -> None:
    """Refuse (409 invalid_transition, the allowed statuses listed) a move that the table does not draw."""
    allowed = allowed_from(table, record.status)
    if new_status in allowed:
        return
    detail = f"{record.entity_type.replace('_', ' ')} {record.pk} is {record.status} and cannot become {new_status}."
    item = Item("invalid_transition", detail, "status", {"allowed": allowed, "status": str(record.status)})
    raise Refusal(Code.INVALID_TRANSITION, detail, rule=f"{record.entity_type}_lifecycle", errors=[item], next=next)
