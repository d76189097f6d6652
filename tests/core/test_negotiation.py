"""The form of an answer is the one that the Accept header values highest."""

from types import SimpleNamespace

import pytest
from rest_framework.exceptions import NotAcceptable

from core.http.negotiation import QualityNegotiation
from core.json import JSONRenderer, TableRenderer
from tests.core.reads import opened, reader
from users.choices import EX

JSON, CSV = "application/json", "text/csv"

CHOSEN = [
    (None, JSON), ("", JSON), (" ", JSON), (",", JSON), ("*/*", JSON), ("text/*", CSV), ("application/*", JSON),
    ("text/csv, application/json;q=0.1", CSV),
    ("application/json;q=0.1, text/csv", CSV),
    ("application/json;q=0.1,text/csv;q=0.2", CSV),
    ("text/csv;q=0.5, application/json", JSON),
    ("application/json, text/csv", JSON), ("text/csv, application/json", JSON),
    ("text/csv, */*", CSV), ("*/*, text/csv", CSV), ("text/csv;q=0.3, */*;q=0.2", CSV), ("text/csv;q=0.3, */*", JSON),
    ("*/*, application/json;q=0", CSV), ("application/json;q=0, text/*", CSV),
    ("application/json; charset=utf-8", JSON), ("application/json; indent=4", JSON), ("APPLICATION/JSON", JSON),
    ("application/json; indent=4; q=0.2, text/csv; header=present", CSV),
    ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
    ("text/csv;q=lots", CSV), ("text/csv; x*=nonsense''a, application/json;q=0.5", JSON),
]  # fmt: skip
REFUSED = [
    "application/json;q=0", "*/*;q=0", "application/json;q=0, text/csv;q=0.0, image/png", "application/xml", "json",
    "application/json;q=nan",
]  # fmt: skip


def chosen(accept: str | None) -> str:
    request = SimpleNamespace(headers={} if accept is None else {"Accept": accept})
    request.headers |= {name.lower(): value for name, value in request.headers.items()}
    return QualityNegotiation().select_renderer(request, [JSONRenderer(), TableRenderer()])[1]  # type: ignore[arg-type]


@pytest.mark.parametrize(("accept", "media_type"), CHOSEN)
def test_the_highest_quality_is_chosen_then_the_closest_name_then_json(accept, media_type):
    assert chosen(accept) == media_type


@pytest.mark.parametrize("accept", REFUSED)
def test_a_media_type_that_is_not_accepted_is_not_sent(accept):
    with pytest.raises(NotAcceptable):
        chosen(accept)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/vendors/", "/analytics/"])
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv, application/json;q=0.1", CSV),
        ("application/json;q=0.1, text/csv", CSV),
        ("", JSON),
        ("application/json; charset=utf-8", JSON),
    ],
)
def test_lists_and_figures_come_as_they_are_liked_best(api, path, accept, media_type):
    answer = api(EX).get(path, expect=200, Accept=accept)

    assert answer["Content-Type"].partition(";")[0] == media_type
    assert "Accept" in answer["Vary"]


@pytest.mark.django_db
def test_a_body_with_parameters_in_its_type_is_read(api):
    caller = reader()
    path = opened("/vendors/{id}/")
    answer = caller.client.patch(
        f"/api/v1{path}", b'{"status": "inactive"}', content_type="application/json; charset=utf-8",
        headers={**caller.headers, "Accept": "application/json; indent=4"},
    )  # fmt: skip

    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)
