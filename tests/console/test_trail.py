"""The audit browser: sentences, filters, the chain's status, and following."""

import re

import pytest

from audit.models import AuditEntry
from core.context import context
from core.operations.registry import registry
from tests.api import Api, capture, statements
from tests.console.world import browser
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from users.choices import CC, IM, SA, TS

pytestmark = pytest.mark.django_db
PAGE = "/console/trail/"


@pytest.fixture
def noted():
    """An incident with a note by Tom."""
    incident, tom = IncidentFactory(title="Payments fail"), UserFactory(role=TS, name="Tom Young")
    Api(tom).post(f"/incidents/{incident.pk}/notes/", {"body": "Seen."}, expect=201)
    Api(tom).patch(f"/incidents/{incident.pk}/", {"status": "in_progress"}, expect=200)
    return incident


def test_an_act_is_one_sentence_with_who_what_and_the_changed_fields(noted):
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", browser(UserFactory(role=SA)).get(PAGE).text))

    assert re.search(rf"Tom Young changed {noted.incident_code} Payments fail: [^.]*Status[^.]*\.", page)
    assert "incident_note" not in page


def test_reads_are_left_out_unless_asked_for(noted):
    reader = UserFactory(role=IM, name="Rita Reader")
    Api(reader).get(f"/incidents/{noted.pk}/", expect=200)
    visitor = browser(UserFactory(role=SA))

    assert "<strong>Rita Reader</strong>" not in visitor.get(PAGE).text
    assert "<strong>Rita Reader</strong>" in visitor.get(PAGE, {"reads": "on", "user_id": reader.pk}).text


def test_a_records_page_shows_whether_its_chain_holds(noted):
    page = browser(UserFactory(role=SA)).get(PAGE, {"reference_type": "incident", "reference_id": noted.pk}).text

    assert "chain holds" in page
    assert "Tom Young" in page


def test_a_bad_filter_is_named(noted):
    page = browser(UserFactory(role=SA)).get(PAGE, {"reference_id": "seven"})

    assert (page.status_code, "reference_id" in page.text) == (400, True)


def test_older_acts_are_reached_and_none_twice():
    writer = UserFactory(role=SA)
    with context(actor=writer, operation=registry["system.seed"]):
        for _ in range(60):
            UserFactory()
    visitor, seen, query = browser(UserFactory(role=SA)), [], "?action=create"
    while query:
        page = visitor.get(f"{PAGE}{query}").text
        seen += [int(each) for each in re.findall(r"/auditentry/(\d+)/", page)]
        older = re.search(r'href="(\?[^"]*before=\d+)"', page)
        query = older.group(1).replace("&amp;", "&") if older else ""

    assert seen == sorted(set(seen), reverse=True)
    assert set(seen) == set(AuditEntry.objects.filter(action="create").values_list("pk", flat=True))


def test_contacts_and_others_see_only_their_own_acts(noted):
    contact = UserFactory(role=CC, client=noted.client)

    assert "Tom Young" not in browser(contact).get(PAGE).text
    assert "Tom Young" not in browser(UserFactory(role=TS)).get(PAGE).text


def test_a_page_takes_few_statements_however_many_acts(noted):
    visitor = browser(UserFactory(role=SA))
    visitor.get(PAGE)
    with capture() as few:
        visitor.get(PAGE)
    for _ in range(5):
        IncidentFactory()
    with capture() as more:
        visitor.get(PAGE)

    assert len(statements(more)) <= len(statements(few)) + 1
    assert len(statements(more)) <= 15
