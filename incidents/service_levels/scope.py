"""Who may know what a client was promised, and whether it was kept: staff, and the client itself. An incident that one
may read does not tell its vendor, nor further clients that it affects, about a contract that is not theirs."""

from typing import Any

from django.db.models import Q

from users.choices import CC

SERVICE_LEVEL_FIELDS = ("sla_agreement_id", "response_due_at", "resolution_due_at", "sla_breach", "rto_breach")


def may_read_service_levels(viewer: Any, client_id: int) -> bool:
    return bool(viewer.is_internal) or (viewer.role == CC and viewer.client_id == client_id)


def with_readable_service_levels(viewer: Any) -> Q:
    """The incidents whose promises a viewer may know: as `may_read_service_levels`, for the database."""
    if viewer.is_internal:
        return Q()
    return Q(client_id=viewer.client_id) if viewer.role == CC else Q(pk__in=())


def without_hidden_service_levels(row: dict[str, Any], viewer: Any) -> dict[str, Any]:
    """A row of an incident as the viewer may see it: null for promises made to others."""
    return row if may_read_service_levels(viewer, row["client_id"]) else {**row, **dict.fromkeys(SERVICE_LEVEL_FIELDS)}
