"""Accounts for tests."""

from typing import Any

import factory

from users.choices import CC, VC, Role
from users.models import User


class UserFactory(factory.django.DjangoModelFactory):
    """An active account; contacts get the client or vendor they need."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    role = Role.INCIDENT_MANAGER
    timezone = "UTC"
    client = factory.Maybe(
        factory.LazyAttribute(lambda user: user.role == CC), factory.SubFactory("tests.clients.factories.ClientFactory")
    )
    vendor = factory.Maybe(
        factory.LazyAttribute(lambda user: user.role == VC), factory.SubFactory("tests.vendors.factories.VendorFactory")
    )

    @factory.post_generation
    def password(self: Any, create: bool, extracted: str | None, **kwargs: Any) -> None:
        if extracted:
            self.set_password(extracted)
            self.save()
