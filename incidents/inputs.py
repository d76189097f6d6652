"""Input fields of incidents: one statement for all people, clients and components of a body."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from clients.choices import ClientStatus
from clients.models import Client
from core.operations.fields import MAX_ID, Reference, UnfitError, is_integer
from core.reading.serializers import Body
from core.sql.lookups import by_ids_of_each
from incidents.models import AffectedClient
from products.models import Component
from users.models import User

MAX_CLIENTS = 1_000


class Person(Reference):
    """The id of an active account, optionally with one of `roles`. Its body is a PeopleBody."""

    def __init__(self, *, roles: frozenset[str] = frozenset(), **options: Any) -> None:
        self.roles = roles
        super().__init__(User, **options)

    def to_internal_value(self, data: Any) -> Any:
        person = super().to_internal_value(data)
        if self.roles and person.role not in self.roles:
            raise UnfitError(person, self.misfit)
        return person

    def _find(self, pk: int) -> Any:
        """The account. One that the caller cannot read is found only if it is suitable: a caller who may name staff
        learns no status or role of the others.
        """
        parent: Any = self.parent
        person = parent.people.get(pk)
        suits = person is not None and person.status == "active" and (not self.roles or person.role in self.roles)
        return person if suits or (person is not None and parent.discloses(person)) else None


class OwnClient(Reference):
    """The id of an active client. Its body is a PeopleBody."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Client, **options)

    def _find(self, pk: int) -> Any:
        parent: Any = self.parent
        return parent.clients.get(pk)


class AffectedComponent(Reference):
    """The id of a component, active or not. Its body is a PeopleBody."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Component, active=False, source="component", required=False, allow_null=True, **options)

    def _find(self, pk: int) -> Any:
        parent: Any = self.parent
        return parent.components.get(pk)


class PeopleBody(Body):
    """A body that looks up all its people, clients and components in one statement."""

    people: dict[int, User]
    clients: dict[int, Client]
    components: dict[int, Component]

    def read(self, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        actor = self.context["actor"]
        wanted = [
            (self.assignable_users(actor), self._ids(data, Person)),
            (Client.objects.visible_to(actor), self._ids(data, OwnClient, ClientList)),
            (Component.objects.visible_to(actor), self._ids(data, AffectedComponent)),
        ]
        self.people, self.clients, self.components = by_ids_of_each(wanted)
        return super().read(data)

    def discloses(self, person: User) -> bool:
        """Whether the caller may read this account."""
        actor = self.context["actor"]
        return bool(actor.is_internal) or User.objects.visible_to(actor).filter(pk=person.pk).exists()

    def assignable_users(self, actor: User) -> QuerySet[User]:
        """The people that a caller may name here: those within the read scope."""
        readable: QuerySet[User] = User.objects.visible_to(actor)
        return readable

    def _ids(self, given: dict[str, Any], *kinds: type) -> set[int]:
        """The ids in fields of these kinds, alone or in lists; invalid values are refused by their field."""
        stated: list[Any] = [given.get(name) for name, field in self.fields.items() if isinstance(field, kinds)]
        flat = [each for value in stated for each in (value[:MAX_CLIENTS] if isinstance(value, list) else [value])]
        numbers = [int(each) for each in flat if is_integer(each) and not isinstance(each, bool)]
        return {each for each in numbers if 0 <= each <= MAX_ID}


class ClientList(serializers.ListField):
    """Ids of active clients that the caller may read. The field's value is the list of clients; its body is a
    PeopleBody.

    A client that the target already affects remains valid when it is no longer active.
    """

    def __init__(self, **options: Any) -> None:
        child = serializers.IntegerField(min_value=0, max_value=MAX_ID)
        super().__init__(child=child, max_length=MAX_CLIENTS, **options)

    def to_internal_value(self, data: Any) -> Any:
        ids = set(super().to_internal_value(data))
        parent: Any = self.parent
        found = {pk: parent.clients[pk] for pk in ids if pk in parent.clients}
        self._refuse(ids - set(found), "No such client exists in your scope")
        inactive = {pk for pk, client in found.items() if client.status != ClientStatus.ACTIVE}
        self._refuse(inactive - self._already_affected(inactive), "These clients are not active")
        return [found[pk] for pk in sorted(found)]

    def _already_affected(self, ids: set[int]) -> set[int]:
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
