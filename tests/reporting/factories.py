"""Reports for tests."""

import factory
from django.utils import timezone

from reporting.choices import ReportType
from reporting.models import IncidentReport


class ReportFactory(factory.django.DjangoModelFactory):
    """The automatic postmortem draft of a resolved incident."""

    class Meta:
        model = IncidentReport

    incident = factory.SubFactory(
        "tests.incidents.factories.IncidentFactory", status="resolved", resolved_at=factory.LazyFunction(timezone.now)
    )
    report_type = ReportType.POSTMORTEM_REPORT
    generated_by = factory.SubFactory("tests.users.factories.UserFactory")
    generated_at = factory.LazyFunction(timezone.now)
    automatic = True
