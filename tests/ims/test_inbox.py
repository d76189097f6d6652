"""The inbox: all records that wait for the caller or their role, and nothing outside their scope."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from approvals.models import Approval, ApprovalRule, Handoff
from audit.models import AuditEntry
from incidents.models import Communication
from resolution.inbox import KINDS, SHOWN
from tests.api import capture, fields, statements
from tests.approvals.factories import approved
from tests.architecture.targets import a_handoff, an_approval
from tests.core.reads import opened
from tests.incidents.factories import AnalysisFactory, CommunicationFactory, EscalationFactory, IncidentFactory
from tests.knowledge.factories import ActionItemFactory, ArticleFactory, ReviewFactory
from tests.products.factories import ComponentFactory
from tests.users.activation import countersigned, issued
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC, Role
from users.models import ActivationToken

pytestmark = pytest.mark.django_db

NAMES = [kind.name for kind in KINDS]


def waiting(api, user) -> dict[str, list[int]]:
    """The ids that a person's inbox shows, by kind, where there are any."""
    answer = api(user).get("/me/inbox/", expect=200).json()
    assert [name for name in answer if name != "count"] == NAMES
    shown = {name: [row["id"] for row in answer[name]["results"]] for name in NAMES}
    assert {name: answer[name]["count"] for name in NAMES} == {name: len(ids) for name, ids in shown.items()}
    assert answer["count"] == sum(len(ids) for ids in shown.values())
    return {name: ids for name, ids in shown.items() if ids}


@pytest.mark.parametrize("role", Role.values)
def test_of_nothing_the_inbox_of_anyone_is_empty(api, role):
    assert waiting(api, UserFactory(role=role)) == {}


THEN = datetime(2026, 1, 1, tzinfo=UTC)


def decided() -> Approval:
    return an_approval().change(status="rejected", approver=UserFactory(role=EX), decided_at=THEN)


def taken_over(by) -> Handoff:
    return a_handoff().change(status="accepted", accepted_by=by, accepted_at=THEN)


ACKNOWLEDGED = {"status": "acknowledged", "acknowledged_at": THEN}
RESOLVED = {"status": "resolved", "resolved_at": THEN + timedelta(days=1)}

# Kind, role, and what makes one record wait for a person, and one that does not.
MADE = [
    ("communications", TS,
     lambda me: CommunicationFactory(recipient_type="user", recipient_user=me),
     lambda me: CommunicationFactory(recipient_type="user", recipient_user=UserFactory(role=TS))),
    ("communications", EX, lambda me: CommunicationFactory(), lambda me: CommunicationFactory(
        recipient_type="group", recipient_group="Executive assistants")),
    ("communications", IM,
     lambda me: CommunicationFactory(recipient_type="group", recipient_group="Incident Managers"),
     lambda me: CommunicationFactory(recipient_type="group", recipient_group="technical_support")),
    ("communications", TS,
     lambda me: CommunicationFactory(recipient_type="group", recipient_group="technical_support"),
     lambda me: CommunicationFactory(recipient_type="group", recipient_group="Night shift")),
    ("approvals", EX, lambda me: an_approval(), lambda me: decided()),
    ("escalations", AM,
     lambda me: EscalationFactory(target_user=me),
     lambda me: EscalationFactory(target_user=me, **RESOLVED)),
    ("escalations", AM,
     lambda me: EscalationFactory(target_user=me, **ACKNOWLEDGED),
     lambda me: EscalationFactory(**ACKNOWLEDGED)),
    ("handoffs", SA, lambda me: a_handoff(), taken_over),
    ("incidents", IM,
     lambda me: IncidentFactory(assigned_manager=me, status="in_progress"),
     lambda me: IncidentFactory(assigned_manager=me, status="resolved", resolved_at=timezone.now())),
    ("incidents", TS,
     lambda me: IncidentFactory(assigned_to=me, status="open"),
     lambda me: IncidentFactory(assigned_to=UserFactory(role=TS), status="open")),
    ("incidents", IM,
     lambda me: IncidentFactory(assigned_manager=me, assigned_to=me),
     lambda me: IncidentFactory(assigned_to=me, status="resolved", resolved_at=timezone.now())),
    ("root_cause_analyses", TS,
     lambda me: AnalysisFactory(assigned_to=me),
     lambda me: AnalysisFactory()),
    ("knowledge_articles", TS,
     lambda me: ArticleFactory(reviewer_user=me, status="in_review"),
     lambda me: ArticleFactory(reviewer_user=me, status="draft")),
    ("post_incident_reviews", IM,
     lambda me: ReviewFactory(facilitator_user=me, status="scheduled"),
     lambda me: ReviewFactory(status="scheduled")),
    ("action_items", CC,
     lambda me: ActionItemFactory(owner=me),
     lambda me: ActionItemFactory(owner=me, status="done")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "role", "mine", "other"), MADE)
def test_only_pending_items_are_listed_newest_first(api, kind, role, mine, other):
    me = UserFactory(role=role)
    made = [mine(me).pk]
    other(me)
    made.insert(0, mine(me).pk)

    assert waiting(api, me) == {kind: made}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_the_list_that_it_links_to(api, kind):
    opened(f"/{kind.path}")
    me = UserFactory(role=min(kind.roles or Role.values))
    query = "&".join(f"{name}={value}" for name, value in kind.filters_for(me).items())

    assert api(me).get(f"/{kind.path}?{query}", expect=200).json()["next"] is None


def test_where_more_waits_there_is_the_count_and_the_way_to_all_of_it(api):
    me = UserFactory(role=AM)
    made = [EscalationFactory(target_user=me, incident=incident).pk for incident in [IncidentFactory()] * (SHOWN + 3)]
    caller = api(me)

    shown = caller.get("/me/inbox/", expect=200).json()["escalations"]

    assert [row["id"] for row in shown["results"]] == made[: -SHOWN - 1 : -1]
    assert shown["count"] == SHOWN + 3
    everything = caller.get(shown["more"].replace("http://testserver", ""), expect=200).json()["results"]
    assert [row["id"] for row in everything] == made[::-1]
    assert caller.get("/me/inbox/").json()["communications"] == {"count": 0, "more": None, "results": []}


def test_the_callers_own_request_is_not_in_their_inbox(api):
    me = UserFactory(role=EX)
    an_approval().change(requester=me)
    assert waiting(api, me) == {}
    assert "approvals" in waiting(api, UserFactory(role=EX))


def test_approvals_are_listed_only_for_roles_that_the_policy_accepts(api):
    approval = an_approval()
    ApprovalRule.objects.get(operation="vendor.create").change(approver_roles=[SA])

    assert waiting(api, UserFactory(role=SA)) == {}
    assert waiting(api, UserFactory(role=EX)) == {"approvals": [approval.pk]}


def test_a_client_contacts_inbox_contains_only_their_own_items(api):
    me = UserFactory(role=CC)
    colleague = UserFactory(role=CC, client=me.client)
    own = IncidentFactory(client=me.client)
    told = CommunicationFactory(incident=own, recipient_type="client_contact", recipient_user=me)
    CommunicationFactory(incident=own, recipient_type="client_contact", recipient_user=colleague)
    CommunicationFactory(incident=IncidentFactory(), recipient_type="client_contact", recipient_user=me)
    a_handoff()
    an_approval()

    assert waiting(api, me) == {"communications": [told.pk]}


def test_a_vendor_contacts_inbox_contains_only_their_own_items(api):
    me = UserFactory(role=VC)
    incident = IncidentFactory(component=ComponentFactory(product__vendor=me.vendor), status="escalated")
    asked = EscalationFactory(incident=incident, target_user=me, escalation_level="vendor")
    told = CommunicationFactory(incident=incident, recipient_type="vendor_contact", recipient_user=me)
    CommunicationFactory(incident=incident)
    EscalationFactory(incident=incident)

    assert waiting(api, me) == {"communications": [told.pk], "escalations": [asked.pk]}


def test_the_incidents_of_the_caller_part_the_list(api):
    me = UserFactory(role=IM)
    mine = {IncidentFactory(assigned_manager=me).pk, IncidentFactory(assigned_to=me).pk}
    rest = {IncidentFactory().pk, IncidentFactory(assigned_to=UserFactory(role=TS)).pk}
    caller = api(me)

    for value, expected in (("true", mine), ("false", rest)):
        answer = caller.get(f"/incidents/?for_me={value}", expect=200)
        assert {row["id"] for row in answer.json()["results"]} == expected
    assert fields(caller.get("/incidents/?for_me=me", expect=400, code="invalid_filter")) == {"for_me"}


@pytest.mark.parametrize("for_me", ["true", "false"])
def test_for_me_is_a_filter_of_the_list(api, for_me):
    me = UserFactory(role=EX)
    CommunicationFactory()
    CommunicationFactory(recipient_type="user", recipient_user=me)
    CommunicationFactory(recipient_type="user", recipient_user=UserFactory(role=TS))
    an_approval()
    decided()
    caller = api(me)

    for path, count in (("/communications/", {"true": 2, "false": 1}), ("/approvals/", {"true": 1, "false": 1})):
        assert len(caller.get(f"{path}?for_me={for_me}", expect=200).json()["results"]) == count[for_me]
        assert fields(caller.get(f"{path}?for_me=me", expect=400, code="invalid_filter")) == {"for_me"}


def test_the_number_of_queries_is_independent_of_the_number_of_items(api):
    me = UserFactory(role=EX)
    caller = api(me)
    caller.get("/me/inbox/", expect=200)
    incident = IncidentFactory()

    def count() -> int:
        with capture() as queries:
            caller.get("/me/inbox/", expect=200)
        return len(statements(queries))

    CommunicationFactory(incident=incident)
    few = count()
    for _ in range(SHOWN + 5):
        CommunicationFactory(incident=incident)
    assert Communication.objects.count() == SHOWN + 6
    assert count() == few + 1
    assert few <= len(KINDS) + 4


def test_reading_the_inbox_is_recorded_and_takes_no_parameters(api):
    me = UserFactory(role=TS)
    api(me).get("/me/inbox/", expect=200)
    entry = AuditEntry.objects.filter(origin="discovery").latest("id")
    assert (entry.operation, entry.reference_type, entry.reference_id) == ("inbox.read", "user", me.pk)

    assert fields(api(me).get("/me/inbox/?page=1", expect=400, code="invalid_filter")) == {"page"}


def test_all_action_items_are_a_list_of_their_own(api):
    item, other = ActionItemFactory(), ActionItemFactory()

    staff = api(IM).get("/action-items/", expect=200).json()["results"]
    own = api(other.owner).get(f"/action-items/?owner_id={other.owner_id}", expect=200).json()["results"]

    assert [row["id"] for row in staff] == [other.pk, item.pk]
    assert [row["id"] for row in own] == [other.pk]


def test_the_other_share_waits_for_everybody_who_may_draw_it(api):
    issuer, second = UserFactory(role=SA), UserFactory(role=EX)
    user = UserFactory(role=TS)
    issued(api(issuer), user)
    (activation,) = ActivationToken.objects.filter(user=user)

    for role in (IM, EX):
        assert waiting(api, UserFactory(role=role))["countersignatures"] == [activation.pk]
    assert "countersignatures" not in waiting(api, issuer)
    assert "countersignatures" not in waiting(api, UserFactory(role=TS))
    shown = api(second).get("/me/inbox/").json()["countersignatures"]["results"][0]
    assert shown["user_id"] == user.pk
    assert not {"digest", "other_digest"} & set(shown)

    countersigned(user, api(second))
    assert "countersignatures" not in waiting(api, second)


def test_owners_see_that_their_account_was_reactivated(api):
    owner, manager = UserFactory(role=TS, password="an old secret 5"), api(IM)
    approval = approved(manager, api(EX), "user.issue_activation", {}, owner)
    issued(manager, owner, approval=approval)

    login = {"email": owner.email, "password": "an old secret 5"}
    token = api().post("/auth/token/", login, expect=200).json()["token"]
    inbox = api(None, Authorization=f"Token {token}").get("/me/inbox/", expect=200).json()

    (row,) = inbox["reopened_access"]["results"]
    assert (row["user_id"], row["created_by_id"]) == (owner.pk, manager.user.pk)
    assert "reopened_access" not in waiting(api, UserFactory(role=TS))
    with time_machine.travel(timezone.now() + timedelta(days=32)):
        assert "reopened_access" not in waiting(api, owner)


def test_a_first_activation_is_no_news_to_its_owner(api):
    owner = UserFactory(role=TS)
    issued(api(IM), owner)
    assert waiting(api, owner) == {}


def test_server_commands_are_listed_for_administrators_and_executives(api):
    person = UserFactory(role=TS)
    call_command("issue_token", person.email, stdout=StringIO())
    call_command("bootstrap", "--recover", UserFactory(role=EX).email, stdout=StringIO())

    for role in (SA, EX):
        acts = api(role).get("/me/inbox/", expect=200).json()["system_acts"]["results"]
        assert {row["operation"] for row in acts} == {"token.issue", "user.recover"}
        assert {row["user_id"] for row in acts} == {0}
    for role in (IM, TS, AM):
        assert "system_acts" not in waiting(api, UserFactory(role=role))
