"""Every read goes through the dispatcher, which checks duties and records the read."""

from dataclasses import replace

import pytest

from core.codes import Code
from core.http import views
from core.http.routes import endpoints
from core.operations.registry import duty, registry
from ims.urls import urlpatterns
from tests.api import Api
from tests.architecture.targets import address
from tests.users.factories import UserFactory
from users.choices import EX, SA, Role
from users.tokens import new_token

pytestmark = pytest.mark.django_db

READS = sorted((endpoint, name) for endpoint, name in endpoints(urlpatterns) if endpoint.startswith("GET "))


@duty("Nobody reads this today.", code=Code.OUT_OF_SCOPE)
def not_today(actor, target, data):
    return False


@duty("Nobody asks for this today.", code=Code.OUT_OF_SCOPE, needs_body=True)
def not_this_question(actor, target, data):
    return False


def reader_of(name):
    roles = registry[name].roles
    if name == "access.token_activity":  # others read that of their own tokens alone
        return Api(UserFactory(role=SA))
    return Api(UserFactory(role=EX if roles is None or EX in roles else min(roles or Role.values)))


def test_there_are_reads_of_many_kinds():
    named = {name for _, name in READS}
    assert named >= {"discovery.search", "audit.read", "audit.verify", "policy.read", "inbox.read", "report.download"}


@pytest.mark.parametrize("refusing", [not_today, not_this_question], ids=["before the query", "of the query"])
@pytest.mark.parametrize(("endpoint", "name"), [each for each in READS if not registry[each[1]].anonymous])
def test_a_duty_put_on_a_read_is_asked(monkeypatch, endpoint, name, refusing):
    _, path = address(endpoint, registry[name])
    reader = reader_of(name)
    monkeypatch.setitem(registry._operations, name, replace(registry[name], duties=(refusing,)))

    refused = reader.get(path.replace("/discovery/", "/discovery/?entity_type=vendor"), expect=403, code="out_of_scope")

    assert refused.json()["rule"] == refusing.name
    assert refused.json()["operation"] == name


@pytest.mark.parametrize(("endpoint", "name"), READS)
def test_every_read_goes_through_the_dispatcher(monkeypatch, endpoint, name):
    asked, ask = [], views.read

    def recorded(operation, *args, **options):
        asked.append(operation)
        return ask(operation, *args, **options)

    monkeypatch.setattr(views, "read", recorded)
    _, path = address(endpoint, registry[name])
    reader_of(name).get(path)

    assert asked == [name] or endpoint == "GET /discovery/"  # which names no type, and is refused for that


def test_a_read_in_person_is_refused_to_agents(settings):
    settings.IMS_IN_PERSON = frozenset({"audit.verify"})
    person = UserFactory(role=EX)
    agent = Api(None, Authorization=f"Token {new_token(person, agent='triage-bot')[1]}")
    agent.get("/audit-entries/verify/", expect=403, code="in_person_required")
    Api(person).get("/audit-entries/verify/", expect=200)


@pytest.mark.parametrize(
    "path",
    [
        "/incidents/987654/timeline/?no_such=1",
        "/incidents/987654/sla/?no_such=1",
        "/incident-reports/987654/download/?as=docx",
        "/incidents/987654/notes/?no_such=1",
        "/vendors/987654/?fields=id&fields=name&no_such=1&no_such=2",
        "/clients/987654/calendar/?no_such=1",
    ],
)
def test_scope_is_checked_before_the_query(api, path):
    api(EX).get(path, expect=404, code="not_found")
