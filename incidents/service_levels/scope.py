"""Service levels and their breaches are disclosed to staff and to the incident's client only. Vendors and other
affected clients may read the incident, but not another party's contract.
"""

from typing import Any

from django.db.models import Q

from users.choices import CC

SERVICE_LEVEL_FIELDS = ("sla_agreement_id", "response_due_at", "resolution_due_at", "sla_breach", "rto_breach")


def may_read_service_levels(viewer: Any, client_id: int) -> bool:
    return bool(viewer.is_internal) or (viewer.role == CC and viewer.client_id == client_id)


def with_readable_service_levels(viewer: Any) -> Q:
    """The incidents whose service levels a viewer may read: `may_read_service_levels` as a query."""
    if viewer.is_internal:
        return Q()
    return Q(client_id=viewer.client_id) if viewer.role == CC else Q(pk__in=())


def without_hidden_service_levels(row: dict[str, Any], viewer: Any) -> dict[str, Any]:
    """A row of an incident with null for the service levels that the viewer may not read."""
    return row if may_read_service_levels(viewer, row["client_id"]) else {**row, **dict.fromkeys(SERVICE_LEVEL_FIELDS)}
