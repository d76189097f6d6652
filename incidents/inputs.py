"""Inputs of incidents: people in one statement, lists of clients."""

from typing import Any

from rest_framework import serializers

from clients.choices import ClientStatus
from clients.models import Client
from core.inputs import BIGGEST_ID, Reference
from core.serializers import Body
from incidents.models import AffectedClient
from users.models import User


class Person(Reference):
    """The id of an active account, of one of `roles` where they are given. Its body is a PeopleBody."""

    def __init__(self, *, roles: frozenset[str] = frozenset(), **options: Any) -> None:
        self.roles = roles
        super().__init__(User, **options)

    def to_internal_value(self, data: Any) -> Any:
        person = super().to_internal_value(data)
        if self.roles and person.role not in self.roles:
            raise self._invalid(self.misfit)
        return person

    def _find(self, pk: int) -> Any:
        parent: Any = self.parent
        return parent.people.get(pk)


class PeopleBody(Body):
    """A body that finds all the people it names in one statement."""

    people: dict[int, User]

    def to_internal_value(self, data: Any) -> Any:
        named = [name for name, field in self.fields.items() if isinstance(field, Person)]
        stated = [data.get(name) for name in named] if isinstance(data, dict) else []
        ids = {each for each in stated if type(each) is int and 0 <= each <= BIGGEST_ID}
        visible = User.objects.visible_to(self.context["actor"])
        self.people = {person.pk: person for person in visible.filter(pk__in=ids)} if ids else {}
        return super().to_internal_value(data)


class ClientList(serializers.ListField):
    """Ids of active clients that the caller may read, found in one statement. The field's value are the clients.

    A client that the target already affects stays valid when it is no longer active.
    """

    def __init__(self, **options: Any) -> None:
        child = serializers.IntegerField(min_value=0, max_value=BIGGEST_ID)
        super().__init__(child=child, max_length=1_000, **options)

    def to_internal_value(self, data: Any) -> Any:
        ids = set(super().to_internal_value(data))
        visible = Client.objects.visible_to(self.context["actor"])
        found = {client.pk: client for client in visible.filter(pk__in=ids)} if ids else {}
        self._refuse(ids - set(found), "There is no such client in your scope")
        inactive = {pk for pk, client in found.items() if client.status != ClientStatus.ACTIVE}
        self._refuse(inactive - self._already(inactive), "These clients are not active")
        return [found[pk] for pk in sorted(found)]

    def _already(self, ids: set[int]) -> set[int]:
        target = self.context.get("target")
        if not ids or target is None:
            return set()
        current = AffectedClient.objects.current().filter(incident=target, client_id__in=ids)
        return set(current.values_list("client_id", flat=True))

    @staticmethod
    def _refuse(ids: set[int], sentence: str) -> None:
        if ids:
            detail = f"{sentence}: {', '.join(map(str, sorted(ids)))}."
            raise serializers.ValidationError(detail, code="invalid_reference")
