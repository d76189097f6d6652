"""Integers in JSON and in URLs: 7.0 is the same number as 7 at every entry point."""

import pytest

from core.operations.fields import MAX_ID, is_integer, parse_integer
from tests.api import fields
from tests.clients.factories import ClientFactory
from tests.products.factories import ProductFactory
from users.choices import EX, IM, SA

SPELLED = [
    ("0", 0),
    ("7", 7),
    ("7.0", 7),
    ("0007.000", 7),
    (str(MAX_ID), MAX_ID),
    (str(MAX_ID + 1), None),
    ("9" * 5_000, None),
    ("-1", None),
    ("1.5", None),
    ("7.", None),
    ("1e3", None),
    ("٣", None),
    ("", None),
    (" 7", None),
]


@pytest.mark.parametrize(("text", "number"), SPELLED)
def test_a_text_spells_a_whole_number_or_none(text, number):
    assert parse_integer(text) == number


def test_a_number_is_read_within_bounds():
    assert parse_integer("200", least=1, most=200) == 200
    assert parse_integer("201", least=1, most=200) is None
    assert parse_integer("0", least=1, most=200) is None


@pytest.mark.parametrize(
    ("value", "whole"), [(7, True), (7.0, True), (7.5, False), (float("nan"), False), ("7", False)]
)
def test_a_json_number_is_whole_by_its_value(value, whole):
    assert is_integer(value) is whole


@pytest.mark.django_db
def test_bodies_accept_integers_in_any_notation(api):
    body = {
        "client_id": float(ClientFactory().pk),
        "product_id": float(ProductFactory().pk),
        "subscription_type": "full_service",
        "service_level_tier": "premium",
        "start_date": "2026-01-01",
        "recovery_objectives": {"rto_minutes": 240.0, "rpo_minutes": 60.0},
    }
    made = api(EX).post("/subscriptions/", body, expect=201).json()

    assert (made["client_id"], made["recovery_objectives"]["rto_minutes"]) == (body["client_id"], 240)
    assert fields(api(EX).post("/subscriptions/", {**body, "client_id": 1.5}, expect=400)) == {"client_id"}


@pytest.mark.django_db
@pytest.mark.parametrize("bad", ["-1", "1.5", "x", "9" * 30, "9" * 5_000])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/audit-entries/verify/?reference_type=vendor&reference_id", "reference_id"),
        ("/discovery/?entity_type=vendor&requester_id", "requester_id"),
    ],
)
def test_an_id_in_the_address_is_read_strictly(api, path, name, bad):
    assert fields(api(IM).get(f"{path}={bad}", expect=400, code="invalid_filter")) == {name}


@pytest.mark.django_db
def test_a_named_actor_is_an_id(api):
    caller, other = api(SA), ProductFactory().created_by_id
    path = f"/users/{api(IM).user.pk}/permissions/"

    assert fields(caller.patch(path, {"status": "on_leave", "modified_by": 2**65}, expect=400)) == {"modified_by"}
    caller.patch(path, {"status": "on_leave", "modified_by": other}, expect=403, code="actor_mismatch")
