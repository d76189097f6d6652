"""Every text of every body against characters that cannot be seen, that turn the text round, that combine or control.

The bodies are made from the description, so a new operation is tried without being named here.
"""

import pytest

from core.operations.registry import registry
from tests.api import fields
from tests.architecture.targets import address
from tests.core.bad_requests import ROUTES, asker, assert_refused, written
from tests.core.text.described_texts import text_bodies

pytestmark = pytest.mark.django_db

WITH_BODY = [(endpoint, name) for endpoint, name in ROUTES if registry[name].body is not None]
CONTROLS = ["nul\0nul", "bell\x07", "vertical\x0btab", "escape\x1b[31m", "delete\x7f", "next\x85line"]
BLANK = ["\u200b", " \u2060\ufeff ", "\u202e\u202c", "\u3164", "\ufe0f", "\U000e0041\t\n"]
ODD = ["\u202eorder\u202c", "e\u0301\u0301\u0301", "\u0301", "zero\u200bwidth", "\U0001f469\u200d\U0001f692", "\u2028"]


def named_in(refused):
    return {each.split(".")[0].split("[")[0] for each in fields(refused)}


def texts_of(endpoint, text):
    """The bodies, whose own fields with texts are their members: `actor_fields` are numbers."""
    method, path = endpoint.split(" ")
    return text_bodies(method.lower(), path, text)


@pytest.mark.parametrize(("endpoint", "name"), WITH_BODY)
def test_control_characters_are_refused_in_every_text(endpoint, name):
    api, (method, path) = asker(name), address(endpoint, registry[name])
    before = written()

    for number, text in enumerate(CONTROLS):
        for body in texts_of(endpoint, text)[: 1 if number else None]:
            refused = getattr(api, method)(path, body)
            document = assert_refused(refused)
            if document["status"] == 400:
                told = {each["field"] for each in document["errors"] if each["code"] == "control_character"}
                assert {each.split(".")[0].split("[")[0] for each in told} >= set(body), document

    assert written() == before


@pytest.mark.parametrize(("endpoint", "name"), WITH_BODY)
def test_no_text_breaks_anything(endpoint, name):
    """Each is refused, or accepted, stored and returned."""
    api, (method, path) = asker(name), address(endpoint, registry[name])

    for text in (BLANK[0], ODD[0], "".join(ODD), "a\r\nb\rc"):
        for body in texts_of(endpoint, text)[:1]:
            answered = getattr(api, method)(path, body)
            assert answered.status_code < 500, answered.content
            assert "\\r" not in answered.content.decode(), answered.content
