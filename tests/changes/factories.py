"""Changes and rollbacks for tests."""

import factory
from django.utils import timezone

from changes.choices import ChangeStatus, ChangeType, RiskLevel
from changes.models import ChangeRequest, RollbackRequest
from tests.incidents.factories import someone
from users.choices import EX, TS

DECIDED = set(ChangeStatus.values) - {ChangeStatus.REQUESTED}


class ChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChangeRequest

    change_title = factory.Sequence(lambda n: f"Change {n}")
    change_type = ChangeType.NORMAL
    risk_level = RiskLevel.MEDIUM
    requested_by = factory.SubFactory("tests.users.factories.UserFactory", role=TS)
    approved_by = factory.LazyAttribute(lambda made: someone(made, *DECIDED, role=EX))
    decided_at = factory.LazyAttribute(lambda made: timezone.now() if made.approved_by else None)


class RollbackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RollbackRequest

    change_request = factory.SubFactory(ChangeFactory, status="in_progress")
    justification = "Error rate doubled."
    requested_by = factory.SubFactory("tests.users.factories.UserFactory", role=TS)
    approved_by = factory.LazyAttribute(lambda made: someone(made, "in_progress", "completed", "rejected", role=EX))
