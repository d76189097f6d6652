"""Stored text: line feeds as line ends, nothing for invisible text, everything else unchanged."""

import pytest

from tests.api import codes, fields
from tests.clients.factories import ClientFactory
from tests.incidents.factories import IncidentFactory
from users.choices import EX, IM, SA

pytestmark = pytest.mark.django_db

BLANK = ["\u200b", " \u2060\ufeff ", "\u202e\u202c", "\u3164", "\ufe0f", "\U000e0041\t\n", "\u034f"]
SEEN = ["?!", ".", "\u202eorder\u202c", "e\u0301", "\u0301", "zero\u200bwidth", "\U0001f469\u200d\U0001f692", "٣"]


def note(api, text, **options):
    return api(IM).post(f"/incidents/{IncidentFactory().pk}/notes/", {"body": text}, **options)


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_what_cannot_be_seen_is_blank(api, text):
    assert codes(note(api, text, expect=400)) == {"blank"}
    renamed = api(SA).patch(f"/clients/{ClientFactory().pk}/", {"name": text, "address": text}, expect=400)
    assert fields(renamed) == {"name"}


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_where_a_text_may_be_empty_blank_text_is_stored_as_empty(api, text):
    assert api(SA).patch(f"/clients/{ClientFactory().pk}/", {"address": text}, expect=200).json()["address"] == ""


@pytest.mark.parametrize("text", SEEN, ids=ascii)
def test_what_can_be_seen_is_stored_as_it_came(api, text):
    assert note(api, text, expect=201).json()["body"] == text


@pytest.mark.parametrize(("sent", "kept"), [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\r\n\r\nb\tc", "a\n\nb\tc")])
def test_line_endings_are_line_feeds(api, sent, kept):
    assert note(api, sent, expect=201).json()["body"] == kept
    body = {"source": "alert_log", "payload_summary": sent, "attributes": {sent: [{"deep": sent}]}}
    recorded = api(IM).post("/events/", body, expect=201).json()
    assert recorded["payload_summary"] == kept
    assert recorded["attributes"] == {kept: [{"deep": kept}]}


def test_an_approval_binds_the_body_whatever_its_line_endings(api):
    body = {"name": "Ines", "email": "ines@ims.example", "role": "incident_manager", "timezone": "UTC"} | {
        "department": "a\r\nb"
    }
    requester, executive = api(SA), api(EX)
    asked = requester.post("/approvals/", {"operation": "user.create", "payload": body}, expect=201).json()
    assert asked["payload"]["department"] == "a\nb"
    executive.post(f"/approvals/{asked['id']}/approve/", {}, expect=200)

    requester.post("/users/", body, approval=asked["id"], expect=201)


@pytest.mark.parametrize("mark", ["fingerprint", "event_id"])
def test_the_mark_of_an_alert_can_be_seen(api, mark):
    body = {"source": "alert_log", "payload_summary": "Slow", "attributes": {mark: "\u200b"}}
    assert codes(api(IM).post("/events/", body, expect=400)) == {mark}


@pytest.mark.parametrize("query", ["search=a%07", "search=a%00", "name=a%1b", "name=%E2%80%8B", "name=a%C2%85"])
def test_control_characters_and_blank_values_are_no_filters(api, query):
    refused = api(IM).get(f"/clients/?{query}", expect=400, code="invalid_filter")
    assert fields(refused) == {query.split("=")[0]}


def test_a_password_is_compared_as_it_was_sent(api):
    """Secrets are not normalised, so a line ending in one never prevents a login."""
    user, changed = api(IM), "correct\r\nhorse battery 5"
    own = {"password": changed, "current_password": "correct horse battery staple"}
    user.user.set_password(own["current_password"])
    user.user.save(update_fields=["password"])
    user.patch("/me/", own, expect=200)
    api().post("/auth/token/", {"email": user.user.email, "password": changed}, expect=200)
    refused = api().post("/auth/token/", {"email": user.user.email, "password": changed.replace("\r", "")})
    assert refused.status_code == 401
