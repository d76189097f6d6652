"""Existing rows get new keys, in both directions, and no content makes the migration fail."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from clients.models import Client
from core.fields import DISAMBIGUATOR, FoldedKey
from core.text.refolding import first_folding
from incidents.models import CorrelationRule, Incident
from products.models import Component, Product
from tests.api import Api
from users.models import User
from vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("committed")

BEFORE = [
    ("vendors", "0001_initial"),
    ("clients", "0004_pauses_allowed"),
    ("users", "0003_access"),
    ("products", "0001_initial"),
    ("incidents", "0008_clock_pauses"),
]
STAMPS = {"created_by_id": 0, "updated_by_id": 0}


def migrate() -> None:
    """Apply the migrations that are not applied."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def migrate_back() -> Any:
    """Undo the folding; returns the models as they were before it."""
    return MigrationExecutor(connection).migrate(BEFORE).apps


@pytest.fixture
def before() -> Iterator[Any]:
    """The historical models; afterwards the database is always migrated to the current state."""
    try:
        yield migrate_back()
    finally:
        migrate()


Make = Callable[..., Any]


@pytest.fixture
def make(before: Any) -> Make:
    """Makes a row of the past, with keys as they were folded then."""

    def made(model: str, **values: Any) -> Any:
        now, rows = timezone.now(), before.get_model(model).objects
        keys = [each for each in rows.model._meta.concrete_fields if isinstance(each, FoldedKey)]
        texts = {each.source: values[each.source] for each in keys}
        # Written past the fields, which fold as they do today.
        aside = {name: uuid4().hex for name in texts}
        row = rows.create(**{"created_at": now, "updated_at": now, **STAMPS, **values, **aside})
        return rekeyed(row, **texts, **{each.attname: first_folding(texts[each.source]) for each in keys})

    return made


def rekeyed(row: Any, **values: str) -> Any:
    type(row).objects.filter(pk=row.pk).update(**values)
    return row


def a_vendor(make: Make, number: int, name: str, email: str) -> Any:
    return make(
        "vendors.Vendor", vendor_name=name, contact_email=email, contact_phone=f"+49{number}", vendor_type="other"
    )


def rules_of(row: Any) -> list[str]:
    return [each["rule"] for each in row.imported_violations or []]


def test_rows_that_compare_equal_keep_a_violation_and_the_way_back_is_open(make):
    first = a_vendor(make, 1, "Nova", "ada@münster.example")
    twin = a_vendor(make, 2, "No\u200bva", "ada@xn--mnster-3ya.example")
    blank = a_vendor(make, 3, "\u2060", "bo@example.com")
    other = a_vendor(make, 4, "No va", "cy@example.com")
    migrate()

    kept = {row.pk: row for row in Vendor.objects.all()}
    assert [kept[each.pk].vendor_name_key for each in (first, twin, blank, other)] == [
        "nova",
        f"nova{DISAMBIGUATOR}{twin.pk}",
        f"{DISAMBIGUATOR}{blank.pk}",
        "no va",
    ]
    assert kept[first.pk].contact_email_key == "ada@xn--mnster-3ya.example"
    assert kept[twin.pk].contact_email_key == f"ada@xn--mnster-3ya.example{DISAMBIGUATOR}{twin.pk}"
    assert rules_of(kept[first.pk]) == rules_of(kept[other.pk]) == []
    assert rules_of(kept[blank.pk]) == ["unique_identifiers"]
    assert [each["detail"] for each in kept[twin.pk].imported_violations] == [
        f"vendor_name: compares equal to that of vendor {first.pk}",
        f"contact_email: compares equal to that of vendor {first.pk}",
    ]

    past = migrate_back().get_model("vendors.Vendor").objects
    assert past.get(pk=twin.pk).vendor_name_key == "no\u200bva"
    assert not past.exclude(imported_violations=None).exists()

    migrate()
    assert Vendor.objects.get(pk=twin.pk).vendor_name_key == f"nova{DISAMBIGUATOR}{twin.pk}"


def test_a_key_that_another_row_gives_up_is_taken(make):
    """Each row's new key is the one that the row before it held, all around."""
    names = ["a", "b", "c"]
    rows = [a_vendor(make, n, name, f"{name}@example.com") for n, name in enumerate(names)]
    for keys in ("xyz", "cab"):
        for row, key in zip(rows, keys, strict=True):
            rekeyed(row, vendor_name_key=key)
    migrate()

    assert [Vendor.objects.get(pk=row.pk).vendor_name_key for row in rows] == names


def test_a_record_keeps_its_key_as_long_as_its_text_folds_to_the_same(make):
    a_vendor(make, 1, "Nova", "ada@example.com")
    twin = a_vendor(make, 2, "No\u00adva", "bo@example.com")
    migrate()

    record = Vendor.objects.get(pk=twin.pk)
    record.change(status="suspended")
    assert Vendor.objects.get(pk=twin.pk).vendor_name_key == f"nova{DISAMBIGUATOR}{twin.pk}"
    record.change(vendor_name="NOVA\u200d")
    assert Vendor.objects.get(pk=twin.pk).vendor_name_key == f"nova{DISAMBIGUATOR}{twin.pk}"
    record.change(vendor_name="Nova West")
    assert Vendor.objects.get(pk=twin.pk).vendor_name_key == "nova west"


def an_incident(make: Make, client: Any, title: str, status: str = "open") -> Any:
    return make(
        "incidents.Incident",
        title=title,
        client_id=client.pk,
        reporter_id=0,
        category="api_error",
        severity="P3",
        peak_severity="P3",
        impact_level="low",
        detected_at=timezone.now(),
        status=status,
        resolved_at=timezone.now() if status == "resolved" else None,
    )


def a_client(make: Make, number: str, email: str) -> Any:
    return make("clients.Client", name="Acme", registration_number=number, contact_email=email, client_type="startup")


def test_open_incidents_of_titles_that_differ_in_punctuation_keep_a_violation(make):
    client = a_client(make, "1", "a@example.com")
    one = an_incident(make, client, "Login fails.")
    two = an_incident(make, client, "Login-fails")
    past = an_incident(make, client, "login fails", "resolved")
    migrate()

    kept = {row.pk: row for row in Incident.objects.all()}
    assert kept[two.pk].open_key == f"{kept[one.pk].open_key}{DISAMBIGUATOR}{two.pk}"
    assert kept[past.pk].open_key == kept[one.pk].open_key
    assert (rules_of(kept[one.pk]), rules_of(kept[two.pk]), rules_of(kept[past.pk])) == ([], ["one_open_incident"], [])


def test_every_kind_of_key_is_recomputed(make):
    a_client(make, "HRB\u200b 1", "a@bücher.example")
    a_client(make, "HRB 1", "b@bu\u0308cher.example")
    product = make("products.Product", product_name="Ledger\u2063", product_type="other")
    for name in ("db", "d\u200bb"):
        kind = {"component_type": "database", "environment": "test", "location": "x"}
        make("products.Component", product_id=product.pk, component_name=name, **kind)
    make("incidents.CorrelationRule", name="\u202eNoise", group_by="source", window_minutes=5, min_events=2)
    migrate()

    keys = Client.objects.order_by("pk").values_list("registration_number_key", "contact_email_key")
    (one, first), (two, second) = keys
    assert (one, first, second) == ("hrb 1", "a@xn--bcher-kva.example", "b@xn--bcher-kva.example")
    assert two.startswith(f"hrb 1{DISAMBIGUATOR}")
    assert Product.objects.get().product_name_key == "ledger"
    assert [
        each.split(DISAMBIGUATOR)[0] for each in Component.objects.values_list("component_name_key", flat=True)
    ] == ["db"] * 2
    assert CorrelationRule.objects.get().name_key == "noise"


def test_of_two_accounts_with_one_address_each_logs_in_by_its_own_spelling(make):
    for number, email in enumerate(["ada@münster.example", "ada@xn--mnster-3ya.example"]):
        make("users.User", name=f"Ada {number}", email=email, role="technical_support")
    migrate()
    for user in User.objects.filter(is_system=False):
        user.set_password(f"an old secret {user.name}")
        user.save()

    for number, email in enumerate(["ada@münster.example", "ada@XN--mnster-3ya.example"]):
        body = {"email": email, "password": f"an old secret Ada {number}"}
        token = Api().post("/auth/token/", body, expect=200).json()["token"]
        assert Api(None, Authorization=f"Token {token}").get("/me/", expect=200).json()["name"] == f"Ada {number}"
