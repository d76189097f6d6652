"""SOP 1 and SOP 24: the articles that may help with an incident."""

import pytest

from audit.models import AuditEntry
from tests.api import capture, statements
from tests.incidents.factories import IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import CC, IM, VC

pytestmark = pytest.mark.django_db


def suggested(client, incident, **options):
    return client.get(f"/incidents/{incident.pk}/suggested-articles/", expect=200, **options).json()["results"]


def like(incident=None, **values):
    return ArticleFactory(incident=incident, **{"title": "Unlike", "body": "", "status": "published", **values})


def test_articles_are_ranked_by_place_words_and_category(api):
    component = ComponentFactory()
    sibling = ComponentFactory(product=component.product)
    incident = IncidentFactory(component=component, title="Gateway refuses certificates", category="api_error")
    near = like(IncidentFactory(component=component, category="network_issue"))
    words = like(title="Renew the gateway's certificate")
    product = like(IncidentFactory(component=sibling, category="network_issue"))
    kind = like(IncidentFactory(category="api_error"))
    best = like(IncidentFactory(component=component, category="api_error", title="Earlier"), title="Gateway")
    like(IncidentFactory(category="network_issue"))
    like()

    found = suggested(api(IM), incident)

    assert [each["id"] for each in found] == [best.pk, near.pk, words.pk, product.pk, kind.pk]
    assert [each["reasons"] for each in found] == [
        ["same_component", "same_category", "words_of_the_title"],
        ["same_component"],
        ["words_of_the_title"],
        ["same_product"],
        ["same_category"],
    ]
    assert "<mark>certificate</mark>" in found[2]["snippet"]
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)


@pytest.mark.parametrize("status", ["draft", "in_review", "archived"])
def test_only_published_articles_are_suggested(api, status):
    incident = IncidentFactory(title="Tunnel down")
    ArticleFactory(title="Tunnel", status=status)
    assert suggested(api(IM), incident) == []


def test_an_incident_outside_the_scope_is_not_found(api):
    incident = IncidentFactory()
    for role in (CC, VC):
        api(role).get(f"/incidents/{incident.pk}/suggested-articles/", expect=404, code="not_found")
    api(IM).get(f"/incidents/{2**63}/suggested-articles/", expect=404, code="not_found")


def test_a_client_contact_gets_suggestions_for_the_own_incident(api):
    contact = UserFactory(role=CC)
    incident = IncidentFactory(client=contact.client, title="Tunnel down")
    article = like(title="Tunnel")
    (found,) = suggested(api(contact), incident)
    assert found["id"] == article.pk
    assert "review_comment" not in found


def test_an_unknown_filter_is_an_error(api):
    path = f"/incidents/{IncidentFactory().pk}/suggested-articles/?status=draft"
    api(IM).get(path, expect=400, code="invalid_filter")


def test_the_read_leaves_its_entry_and_no_results(api):
    incident = IncidentFactory(title="Tunnel down")
    like(title="Tunnel")
    suggested(api(IM), incident)
    entry = AuditEntry.objects.filter(action="entity_discovery").latest("id")
    assert entry.meta == {"entity_type": "kb_article", "filters": {"suggested_for_incident_id": str(incident.pk)}}


def test_the_number_of_queries_is_independent_of_the_suggestions(api):
    incident, reader, counts = IncidentFactory(title="Tunnel down", component=ComponentFactory()), api(IM), []
    reader.get("/me/")
    for _ in range(2):
        for _ in range(15):
            like(IncidentFactory(), title="Tunnel")
        with capture() as queries:
            assert len(suggested(reader, incident)) == 10
        counts.append(len(statements(queries)))
    assert counts[0] == counts[1] <= 5
