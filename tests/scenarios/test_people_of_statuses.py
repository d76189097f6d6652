"""SOPs 16, 19, 20, 21 and 24: the database itself knows who decided, resolved, closed, approved and published."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from incidents.models import Incident
from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.incidents.factories import AnalysisFactory, IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.users.factories import UserFactory
from users.choices import IM

pytestmark = pytest.mark.django_db

FOUND = {"root_cause": "A leak.", "completed_at": timezone.now()}


def resolved(**fields):
    return IncidentFactory(**{"status": "resolved", "resolved_at": timezone.now(), **fields})


def closed(**fields):
    now = timezone.now()
    return resolved(status="closed", resolved_at=now, closed_at=now, **fields)


def closed_by_its_reporter(**fields):
    reporter = UserFactory(role=IM)
    return closed(reporter=reporter, closed_by=reporter, **fields)


BROKEN = [
    ("change_decider_known", lambda: ChangeFactory(status="approved", approved_by=None)),
    ("change_decider_known", lambda: ChangeFactory(status="rejected", decided_at=None)),
    ("change_decider_known", lambda: ChangeFactory(status="completed", approved_by=None)),
    ("change_decider_known", lambda: ChangeFactory(approved_by=UserFactory(role=IM))),
    ("rollback_decider_known", lambda: RollbackFactory(status="in_progress", approved_by=None)),
    ("rollback_decider_known", lambda: RollbackFactory(approved_by=UserFactory(role=IM))),
    ("incident_resolver_known", lambda: resolved(resolved_by=None)),
    ("incident_resolver_known", lambda: IncidentFactory(resolved_by=UserFactory(role=IM))),
    ("incident_closer_known", lambda: closed(closed_by=None)),
    ("incident_closer_known", lambda: resolved(closed_by=UserFactory(role=IM))),
    ("incident_guarded_closed_by_another", closed_by_its_reporter),
    (
        "incident_guarded_closed_by_another",
        lambda: closed_by_its_reporter(severity="P1", severity_rested_on_facts=True),
    ),
    ("incident_duplicate_named", lambda: resolved(resolution_code="duplicate")),
    ("incident_duplicate_named", lambda: resolved(duplicate_of=IncidentFactory(), resolution_code="")),
    ("incident_mitigation_stated_by_code", lambda: resolved(mitigation_stated=True)),
    ("rca_approver_known", lambda: AnalysisFactory(status="approved", completed_by=UserFactory(role=IM), **FOUND)),
    ("article_publisher_known", lambda: ArticleFactory(status="published", reviewed_by=None)),
    ("article_publisher_known", lambda: ArticleFactory(status="archived", published_at=None)),
]


@pytest.mark.parametrize(("constraint", "make"), BROKEN)
def test_a_status_without_its_person_is_refused_by_the_database(constraint, make):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make()


@pytest.mark.parametrize("excuse", [{"imported_row": {}}, {"imported_violations": [{"rule": "of before"}]}])
def test_rows_of_before_are_kept(excuse):
    assert closed(resolved_by=None, closed_by=None, **excuse).pk
    assert ChangeFactory(status="completed", approved_by=None, **excuse).pk
    assert ArticleFactory(status="published", reviewed_by=None, **excuse).pk


def test_an_initiator_closes_what_facts_gave_a_low_severity():
    incident = closed_by_its_reporter(severity="P3", severity_rested_on_facts=True)

    assert Incident.objects.get(pk=incident.pk).closed_by == incident.reporter


def test_p1_is_of_high_severity_in_every_installation(monkeypatch):
    from importlib import reload  # noqa: PLC0415

    from ims.settings import policy  # noqa: PLC0415

    monkeypatch.setenv("IMS_HIGH_SEVERITIES", "P3")
    try:
        assert reload(policy).IMS_HIGH_SEVERITIES == ["P1", "P3"]
    finally:
        monkeypatch.undo()
        reload(policy)
