"""Changes and rollbacks for tests."""

import factory

from changes.choices import ChangeType, RiskLevel
from changes.models import ChangeRequest, RollbackRequest
from users.choices import TS


class ChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChangeRequest

    change_title = factory.Sequence(lambda n: f"Change {n}")
    change_type = ChangeType.NORMAL
    risk_level = RiskLevel.MEDIUM
    requested_by = factory.SubFactory("tests.users.factories.UserFactory", role=TS)


class RollbackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RollbackRequest

    change_request = factory.SubFactory(ChangeFactory, status="in_progress")
    justification = "Error rate doubled."
    requested_by = factory.SubFactory("tests.users.factories.UserFactory", role=TS)
