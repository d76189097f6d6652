"""Segregation of duties: every rule of the registry, tried by the excluded person at every entry point."""

import pytest
from django.utils import timezone

from approvals.models import Approval
from audit.choices import Origin
from audit.models import AuditEntry
from core.codes import Code
from core.context import context
from core.errors import Refusal
from core.operations.dispatch import submit
from core.operations.registry import registry
from knowledge.choices import RATINGS
from tests.api import Api
from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.incidents.factories import AnalysisFactory, EscalationFactory, IncidentFactory
from tests.knowledge.factories import ArticleFactory, ReviewFactory, settled
from tests.reporting.factories import ReportFactory
from tests.users.activation import issued
from tests.users.factories import UserFactory
from users.choices import EX, IM, SA, TS

pytestmark = pytest.mark.django_db

SEGREGATION = Code.SEGREGATION_OF_DUTIES
RATED = dict.fromkeys(RATINGS, 4)
ARTICLE = {"title": "Renewal", "content_type": "faq", "category": "best_practice"}


def lowered():
    reporter = UserFactory(role=IM)
    lower = {"severity": "P3", "severity_override_reason": "It looks better."}
    return reporter, IncidentFactory(severity="P1", reporter=reporter), lower


def written():
    author = UserFactory(role=IM)
    return author, ArticleFactory(author=author, status="in_review"), {}


def closed():
    reporter = UserFactory(role=IM)
    incident = IncidentFactory(severity="P1", reporter=reporter, status="resolved", resolved_at=timezone.now())
    return reporter, incident, {}


def reviewed_by_the_initiator():
    reporter, incident, _ = closed()
    return reporter, ReportFactory(incident=incident, automatic=True, status="draft"), {}


def reviewed_by_the_resolver():
    resolver = UserFactory(role=IM)
    resolved = {"status": "resolved", "resolved_at": timezone.now(), "resolved_by": resolver}
    return resolver, ReportFactory(incident=IncidentFactory(**resolved), automatic=True, status="draft"), {}


def promoted():
    administrator = UserFactory(role=SA)
    return administrator, administrator, {"role": "incident_manager"}


def activated():
    administrator = UserFactory(role=SA)
    return administrator, administrator, {}


def reset_own_factor():
    administrator = UserFactory(role=SA)
    return administrator, administrator, {}


def countersigned():
    administrator = UserFactory(role=SA)
    issued(Api(administrator), user := UserFactory(role=TS))
    return administrator, user, {}


def moved_oneself():
    administrator = UserFactory(role=SA)
    return administrator, administrator, {"email": "another@example.com"}


def analysed():
    analyst = UserFactory(role=IM)
    found = {"root_cause": "A certificate.", "completed_by": analyst, "completed_at": timezone.now()}
    return analyst, AnalysisFactory(assigned_to=analyst, status="completed", **found), {}


def analysed_badly():
    return (*analysed()[:2], {"comment": "No."})


def requested_approval():
    executive = UserFactory(role=EX)
    approval = Approval(operation="vendor.create", requester=executive, digest="0" * 64, payload={})
    approval.save()
    return executive, approval, {}


def requested_change():
    manager = UserFactory(role=IM)
    return manager, ChangeFactory(requested_by=manager), {}


def requested_rollback():
    manager = UserFactory(role=IM)
    return manager, RollbackFactory(requested_by=manager), {}


def own_reviewer():
    author = UserFactory(role=IM)
    return author, None, {**ARTICLE, "author_id": author.pk, "reviewer_user_id": author.pk}


def own_reviewer_later():
    author = UserFactory(role=IM)
    return author, ArticleFactory(author=author), {"reviewer_user_id": author.pk}


def escalated():
    manager = UserFactory(role=IM)
    return manager, EscalationFactory(requested_by=manager), {}


def escalated_and_taken_up():
    manager = UserFactory(role=IM)
    return manager, EscalationFactory(requested_by=manager, status="acknowledged"), {}


def handled(status="scheduled", **changes):
    """A resolver, and the review of the incident that they resolved."""
    resolver, incident = UserFactory(role=IM), settled("closed")
    incident.change(resolved_by=resolver)
    return resolver, ReviewFactory(incident=incident, status=status, **changes)


def reviewing_own_analysis():
    return (*handled(), {"findings": "All went well."})


def starting_own_review():
    return (*handled(), {})


def completing_own_review():
    return (*handled("in_progress", **RATED), {})


def facilitated_by_the_resolver():
    resolver, review = handled(status="cancelled")
    body = {"scheduled_date": "2199-01-01", "facilitator_user_id": resolver.pk, "incident_id": review.incident_id}
    return UserFactory(role=IM), None, body


def handed_to_the_resolver():
    resolver, review = handled()
    return UserFactory(role=IM), review, {"facilitator_user_id": resolver.pk}


def begun_under_the_resolver():
    resolver, review = handled()
    return UserFactory(role=IM), review.change(facilitator_user=resolver), {}


def finished_under_the_resolver():
    resolver, review = handled("in_progress", **RATED)
    return UserFactory(role=IM), review.change(facilitator_user=resolver), {}


# (rule, operation) → the forbidden person, the record and a body that is otherwise sound.
CASES = {
    ("facilitates_apart", "review.create"): facilitated_by_the_resolver,
    ("facilitates_apart", "review.update"): handed_to_the_resolver,
    ("facilitates_apart", "review.start"): begun_under_the_resolver,
    ("facilitates_apart", "review.complete"): finished_under_the_resolver,
    ("lowering_not_by_initiator", "incident.update"): lowered,
    ("not_a_writer", "article.publish"): written,
    ("not_a_writer", "article.return"): written,
    ("not_an_initiator", "incident.close"): closed,
    ("not_an_initiator", "postmortem.review"): reviewed_by_the_initiator,
    ("not_own_account", "user.permissions"): promoted,
    ("not_own_activation", "user.issue_activation"): activated,
    ("not_own_escalation", "escalation.acknowledge"): escalated,
    ("not_own_escalation", "escalation.resolve"): escalated_and_taken_up,
    ("not_own_identity", "user.update"): moved_oneself,
    ("not_own_second_factor", "user.reset_second_factor"): reset_own_factor,
    ("not_the_issuer", "user.countersign"): countersigned,
    ("not_the_analyst", "rca.approve"): analysed,
    ("not_the_analyst", "rca.reject"): analysed_badly,
    ("not_the_requester", "approval.approve"): requested_approval,
    ("not_the_requester", "approval.reject"): requested_approval,
    ("not_the_requester", "change.approve"): requested_change,
    ("not_the_requester", "change.reject"): requested_change,
    ("not_the_requester", "rollback.start"): requested_rollback,
    ("not_the_requester", "rollback.reject"): requested_rollback,
    ("not_the_resolver", "postmortem.review"): reviewed_by_the_resolver,
    ("reviews_apart", "review.update"): reviewing_own_analysis,
    ("reviews_apart", "review.start"): starting_own_review,
    ("reviews_apart", "review.complete"): completing_own_review,
    ("reviewer_is_another", "article.create"): own_reviewer,
    ("reviewer_is_another", "article.update"): own_reviewer_later,
}


def rest(actor, operation, target, body):
    method, path = operation.endpoints[0].split(" ")
    return Api(actor)._send(method.lower(), path.replace("{id}", str(getattr(target, "pk", ""))), body).json()


def question(operation, target, body):
    named = {"reference_type": operation.target, "reference_id": target.pk} if target is not None else {}
    return {"operation": operation.name, "payload": body, **named}


def check(actor, operation, target, body):
    return Api(actor).post("/approvals/check/", question(operation, target, body), expect=200).json()


def approval(actor, operation, target, body):
    """An approval cannot override segregation of duties."""
    return Api(actor).post("/approvals/", question(operation, target, body)).json()


def inside(actor, operation, target, body):
    """The dispatcher, which commands and every other entry point call."""
    with context(request_id="inside"), pytest.raises(Refusal) as caught:
        submit(operation.name, actor=actor, target_id=getattr(target, "pk", None), body=body)
    return {"code": str(caught.value.code), "errors": [item.as_dict() for item in caught.value.errors]}


def trail():
    """The written records, except new tokens of the test's clients."""
    return AuditEntry.objects.exclude(origin=Origin.DISCOVERY).exclude(reference_type="token").count()


def test_the_table_tries_every_rule_of_the_registry():
    rules = {(duty.name, each.name) for each in registry for duty in each.duties if duty.code is SEGREGATION}
    assert set(CASES) == rules


@pytest.mark.parametrize("door", [rest, check, inside, approval], ids=lambda door: door.__name__)
@pytest.mark.parametrize(("rule", "name"), CASES, ids=lambda value: value)
def test_no_entry_point_admits_the_excluded_person(rule, name, door):
    operation = registry[name]
    if door is approval and operation.elevated is None:
        pytest.skip("the operation is never elevated: there is no authority to ask for")
    actor, target, body = CASES[rule, name]()
    before = trail()

    answer = door(actor, operation, target, body)

    assert answer["code"] == SEGREGATION
    assert rule in {item["code"] for item in answer.get("errors", answer.get("reasons", []))}
    assert trail() == before
    if target is not None:
        assert type(target).objects.get(pk=target.pk).version == target.version
