"""Reports for tests."""

import factory
from django.utils import timezone

from reporting.choices import ReportType
from reporting.metrics.choices import MetricType, MetricUnit
from reporting.models import IncidentReport, Metric


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


class MetricFactory(factory.django.DjangoModelFactory):
    """A metric of a closed incident with a stated value."""

    class Meta:
        model = Metric

    incident = factory.SubFactory(
        "tests.incidents.factories.IncidentFactory",
        status="closed",
        resolved_at=factory.LazyFunction(timezone.now),
        closed_at=factory.LazyFunction(timezone.now),
    )
    metric_type = MetricType.MEAN_TIME_TO_DETECT
    unit = MetricUnit.MINUTES
    calculated_value_minutes = 12
    stated = True
