"""Search and filters use the one folding on both databases, and every word or none."""

from unicodedata import category
from urllib.parse import urlencode

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.models import Client
from core.sql.folded import ON_POSTGRESQL
from core.text.characters import control_character_in
from core.text.folding import fold_name
from tests.api import fields
from tests.clients.factories import ClientFactory
from tests.core.text.test_folding import AWKWARD
from tests.incidents.factories import CommunicationFactory, CorrelationRuleFactory, IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import IM

pytestmark = pytest.mark.django_db

STORED = ["Zürich Ledger", "Zu\u0308rich Ledger", "ZÜRICH LEDGER", "Zür\u200bich Ledger"]
ASKED = ["ZÜRICH", "zürich", "zu\u0308rich", "ＺＵ\u0308ＲＩＣＨ", "zü\u2060rich", "ledger zürich", "Ledger-ZÜRICH"]


def ids(api, path, **query):
    return [row["id"] for row in api(IM).get(f"{path}?{urlencode(query)}", expect=200).json()["results"]]


@pytest.mark.parametrize("stored", STORED, ids=ascii)
def test_a_search_finds_every_spelling(api, stored):
    client, _ = ClientFactory(name=stored), ClientFactory(name="Zuerich")
    for asked in ASKED:
        assert ids(api, "/clients/", search=asked) == [client.pk], asked


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Straße 4", "STRASSE"),
        ("STRASSE 4", "straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﬁnance", "FINANCE"),
        ("İzmir", "i̇zmir"),
    ],
)
def test_a_search_folds_more_than_case(api, stored, asked):
    component = ComponentFactory(location=stored)
    assert ids(api, "/components/", search=asked) == [component.pk]
    assert ids(api, "/components/", location=fold_name(stored).upper()) == [component.pk]


@pytest.mark.parametrize("stored", STORED[:3], ids=ascii)
def test_articles_are_found_by_every_spelling(api, stored):
    article = ArticleFactory(title=stored, body="Restart it.", status="published")
    for asked in ASKED[:5]:
        assert ids(api, "/knowledge-articles/", search=asked) == [article.pk], asked
        assert ids(api, "/knowledge-articles/", search=asked, ordering="id") == [article.pk], asked


def test_an_article_is_suggested_for_every_spelling(api):
    article = ArticleFactory(title="Zu\u0308rich gateway", body="Restart it.", status="published")
    incident = IncidentFactory(title="GATEWAY ZÜRICH", category="api_error")
    found = api(IM).get(f"/incidents/{incident.pk}/suggested-articles/", expect=200).json()
    assert article.pk in [row["id"] for row in found["results"]]


@pytest.mark.parametrize("path", ["/clients/", "/knowledge-articles/", "/incidents/"])
def test_a_search_uses_every_word_or_refuses(api, path):
    words = [f"word{number}" for number in range(11)]
    refused = api(IM).get(f"{path}?{urlencode({'search': ' '.join(words)})}", expect=400, code="invalid_filter")
    assert fields(refused) == {"search"}
    assert "at most 10 words" in refused.json()["detail"]
    assert ids(api, path, search=" ".join(words[:10])) == []


def test_the_eleventh_word_of_a_search_is_no_longer_dropped(api):
    client = ClientFactory(name="a b c d e f g h i j")
    assert ids(api, "/clients/", search="j i h g f e d c b a") == [client.pk]
    assert ids(api, "/clients/", search="j i h g f e d c b zzz") == []


@pytest.mark.parametrize(
    ("entity", "name", "stored", "asked"),
    [
        ("client", "name", "Zürich Ledger", "ZU\u0308RICH  LEDGER"),
        ("client", "registration_number", "HRB-7", "hrb-7"),
        ("client", "contact_email", "it@münster.example", "IT@xn--mnster-3ya.example"),
    ],
)
def test_the_filters_of_discovery_fold(api, entity, name, stored, asked):
    client, _ = ClientFactory(**{name: stored}), ClientFactory()
    query = urlencode({"entity_type": entity, name: asked})
    found = api(IM).get(f"/discovery/?{query}", expect=200).json()
    assert (found["match"], found["results"][0]["id"]) == ("one", client.pk)
    assert ids(api, "/clients/", **{f"{name}__in": f"{asked},other"}) == [client.pk]


def test_a_user_is_discovered_by_name_and_address_in_any_case(api):
    user = UserFactory(name="Ada Lovelace", email="ada@house.example")
    for query in ({"name": "ADA lovelace"}, {"email": "ADA@HOUSE.example"}):
        found = api(IM).get(f"/discovery/?{urlencode({'entity_type': 'user', **query})}", expect=200).json()
        assert [row["id"] for row in found["results"]] == [user.pk]


def test_punctuation_of_identifiers_counts_in_filters(api):
    ClientFactory(registration_number="4-77")
    assert ids(api, "/clients/", registration_number="477") == []


def test_a_rule_is_found_by_its_name_in_any_case(api):
    rule = CorrelationRuleFactory(name="By Host")
    assert ids(api, "/correlation-rules/", name="BY HOST") == [rule.pk]


def test_communications_to_a_group_are_found_in_any_spelling(api):
    message = CommunicationFactory(recipient_type="group", recipient_user=None, recipient_group="Night-Shift Zürich")
    CommunicationFactory(recipient_type="group", recipient_user=None, recipient_group="Night Shift Zürich")
    assert ids(api, "/communications/", recipient_group="NIGHT-SHIFT  ZU\u0308RICH") == [message.pk]


def test_a_correlation_key_relates_events_in_any_case(api):
    client, component = ClientFactory(), ComponentFactory()
    event = {
        "source": "alert_log",
        "payload_summary": "Slow",
        "client_id": client.pk,
        "component_id": component.pk,
        "severity_hint": "P3",
    }
    decisions = []
    for key in ("Gateway-A", "GATEWAY-a", "gateway-A"):
        payload = {**event, "payload_summary": f"Slow {key}"}
        answered = api(IM).post("/events/correlate/", {"event_payloads": [payload], "correlation_key": key}, expect=200)
        decisions.append(answered.json()["decision"])
    assert decisions == ["recorded_for_trending", "recorded_for_trending", "incident_created"]


GREEK = "\u0345\u0301\u0308\u0313\u0390\u03aaᾳᾴᾀᾼι\u1fbe\u037a"
TEXTS = st.text(alphabet=AWKWARD + GREEK + "aäxnßẞﬀΩⅷ가Ꭰꭰ", min_size=1, max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS.filter(lambda text: fold_name(text) and control_character_in(text) is None))
def test_the_database_folds_as_the_product_does(transactional_text, text):
    stored = transactional_text(text)
    word = fold_name(text).split()[0]
    assert Client.objects.filter(pk=stored, address__folded=text).exists()
    assert Client.objects.filter(pk=stored, address__folded_contains=word).exists()


@pytest.fixture
def transactional_text():
    """One row whose text is replaced, past the product."""
    client = ClientFactory()

    def store(text):
        Client.objects.filter(pk=client.pk)._update([(Client._meta.get_field("address"), None, text)])
        return client.pk

    return store


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite calls the folding itself")
def test_postgresql_folds_every_character_as_the_product_does():
    assigned = [chr(code) for code in range(0xA0, 0x110000) if category(chr(code)) not in {"Cs", "Cn", "Co"}]
    select = f"SELECT {ON_POSTGRESQL.replace('{0}', 'text')} "
    with connection.cursor() as cursor:
        cursor.execute(select + "FROM unnest(%s::text[]) WITH ORDINALITY AS each(text, n) ORDER BY n", [assigned])
        folded = [" ".join(text.split()) for (text,) in cursor.fetchall()]
    assert [ascii(each) for each, other in zip(assigned, folded, strict=True) if fold_name(each) != other] == []
