"""Database constraints of reports, reopenings and links."""

import pytest
from django.db import IntegrityError, transaction

from incidents.models import IncidentLink
from reporting.models import IncidentReport
from tests.incidents.factories import IncidentFactory
from tests.reporting.factories import ReportFactory
from tests.resolution.factories import ReopeningFactory

pytestmark = pytest.mark.django_db


def refused(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_a_second_live_postmortem_is_refused():
    report = ReportFactory()
    refused(lambda: ReportFactory(incident=report.incident))
    ReportFactory(incident=report.incident, automatic=False)
    assert IncidentReport.objects.filter(incident=report.incident).count() == 2


@pytest.mark.parametrize(
    "values",
    [
        {"status": "completed"},
        {"report_type": "trend_analysis"},
        {"report_type": "nonsense", "automatic": False},
        {"status": "nonsense"},
    ],
)
def test_a_report_is_of_its_kinds_and_completed_by_a_review(values):
    refused(lambda: ReportFactory(**values))


def test_a_reopening_has_its_reason():
    refused(lambda: ReopeningFactory(reason=""))


def test_a_link_is_unique_and_has_a_known_type():
    incident = IncidentFactory()
    IncidentLink(incident=incident, reference_type="kb_article", reference_id=1).save()
    refused(lambda: IncidentLink(incident=incident, reference_type="kb_article", reference_id=1).save())
    refused(lambda: IncidentLink(incident=incident, reference_type="vendor", reference_id=1).save())
