"""Read scopes of incidents and notes.

Scopes are subqueries, never joins: rows are locked through them, and a join would lock or repeat other rows.
"""

from typing import Any, Self

from django.apps import apps

from core.querysets import RecordQuerySet
from products.models import Component
from users.choices import CC, VC


class IncidentQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A client contact: those where their client is the client or affected. A vendor contact: those
        on components of their vendor's products.
        """
        if user.is_internal:
            return self.all()
        if user.role == CC:
            return self.filter(pk__in=self._concerning(user.client_id))
        if user.role == VC:
            return self.filter(component_id__in=Component.objects.visible_to(user).values("pk"))
        return self.none()

    def _concerning(self, client_id: int) -> Any:
        """Ids of a client's own incidents and of those that affect it: a union of two indexes.

        With OR, a database would scan all clients' incidents to find one client's.
        """
        own = self.model.objects.filter(client_id=client_id).order_by().values("pk")
        affected = apps.get_model("incidents.AffectedClient").objects.current().filter(client_id=client_id)
        return own.union(affected.order_by().values("incident_id"), all=True)


class OfIncidentQuerySet(RecordQuerySet):
    """Records that belong to an incident: readable by the readers of the incident, unless a subclass restricts them."""

    def visible_to(self, user: Any) -> Self:
        if user.is_internal:
            return self.all()
        readable = apps.get_model("incidents.Incident").objects.visible_to(user)
        return self.filter(incident_id__in=readable.values("pk"))


class AffectedClientQuerySet(OfIncidentQuerySet):
    def current(self) -> Self:
        return self.filter(removed_at__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """The client must be readable as well: clients must not learn about each other."""
        if user.is_internal:
            return self.all()
        clients = apps.get_model("clients.Client").objects.visible_to(user)
        return super().visible_to(user).filter(client_id__in=clients.values("pk"))


class PauseQuerySet(OfIncidentQuerySet):
    def open(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """Staff: all. A client contact: those of their own client's incidents. Others: none, as for all service
        levels of a client.
        """
        if user.is_internal:
            return self.all()
        return self.filter(incident__client_id=user.client_id) if user.role == CC else self.none()


class NoteQuerySet(OfIncidentQuerySet):
    def visible_to(self, user: Any) -> Self:
        """A client contact reads public notes only; a vendor contact all notes of the incidents in scope."""
        notes = super().visible_to(user)
        return notes.filter(public=True) if user.role == CC else notes
