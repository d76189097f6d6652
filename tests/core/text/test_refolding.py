"""Existing rows get new keys, in both directions, and no content makes the migration fail."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from audit import triggers
from clients.models import Client
from core.fields import DISAMBIGUATOR, FoldedKey
from core.text.refolding import first_folding
from incidents.models import CorrelationRule, Incident
from products.models import Component, Product
from tests.api import Api
from users.models import User
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

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


class Maker:
    """Makes rows of the past, with keys as they were folded then."""

    def __init__(self, before: Any) -> None:
        self.before = before

    def __call__(self, model: str, **values: Any) -> Any:
        now, rows = timezone.now(), self.before.get_model(model).objects
        keys = [each for each in rows.model._meta.concrete_fields if isinstance(each, FoldedKey)]
        texts = {each.source: values[each.source] for each in keys}
        # Written past the fields, which fold as they do today.
        aside = {name: uuid4().hex for name in texts}
        row = rows.create(**{"created_at": now, "updated_at": now, **STAMPS, **values, **aside})
        return rekeyed(row, **texts, **{each.attname: first_folding(texts[each.source]) for each in keys})

    def vendor(self, number: int, name: str, email: str) -> Any:
        facts = {"vendor_name": name, "contact_email": email, "contact_phone": f"+49{number}", "vendor_type": "other"}
        return self("vendors.Vendor", **facts)

    def client(self, number: str, email: str) -> Any:
        return self(
            "clients.Client", name="Acme", registration_number=number, contact_email=email, client_type="startup"
        )

    def incident(self, client: Any, title: str, status: str = "open") -> Any:
        return self(
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


def rekeyed(row: Any, **values: str) -> Any:
    type(row).objects.filter(pk=row.pk).update(**values)
    return row


def rules_of(row: Any) -> list[str]:
    return [each["rule"] for each in row.imported_violations or []]


def vendors_now() -> dict[int, Any]:
    return {row.pk: row for row in Vendor.objects.all()}


@dataclass
class Migrated:
    """The rows of all tests after their migration, which they share because it takes seconds.

    `first` and `undone` are the vendors after the first migration and after it was undone; it was then repeated.
    """

    rows: dict[str, Any]
    first: dict[int, Any]
    undone: dict[int, Any]


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Iterator[Migrated]:
    with django_db_blocker.unblock():
        try:
            rows = rows_of_the_past(Maker(migrate_back()))
            migrate()
            first = vendors_now()
            undone = {row.pk: row for row in migrate_back().get_model("vendors.Vendor").objects.all()}
            migrate()
            yield Migrated(rows, first, undone)
        finally:
            migrate()
            triggers.remove(connection)
            call_command("flush", interactive=False, verbosity=0)


def rows_of_the_past(make: Maker) -> dict[str, Any]:
    client = make.client("1", "a@example.com")
    rows = {
        "first": make.vendor(1, "Nova", "ada@münster.example"),
        "twin": make.vendor(2, "No\u200bva", "ada@xn--mnster-3ya.example"),
        "blank": make.vendor(3, "\u2060", "bo@example.com"),
        "other": make.vendor(4, "No va", "cy@example.com"),
        "vega": make.vendor(5, "Vega", "ada@example.com"),
        "second vega": make.vendor(6, "Ve\u00adga", "di@example.com"),
        "around": [make.vendor(n, name, f"{name}@example.com") for n, name in enumerate("abc", 7)],
        "one": make.incident(client, "Login fails."),
        "two": make.incident(client, "Login-fails"),
        "past": make.incident(client, "login fails", "resolved"),
        "clients": [make.client("HRB\u200b 1", "a@bücher.example"), make.client("HRB 1", "b@bu\u0308cher.example")],
        "product": make("products.Product", product_name="Ledger\u2063", product_type="other"),
    }
    for keys in ("xyz", "cab"):
        for row, key in zip(rows["around"], keys, strict=True):
            rekeyed(row, vendor_name_key=key)
    for name in ("db", "d\u200bb"):
        kind = {"component_type": "database", "environment": "test", "location": "x"}
        make("products.Component", product_id=rows["product"].pk, component_name=name, **kind)
    make("incidents.CorrelationRule", name="\u202eNoise", group_by="source", window_minutes=5, min_events=2)
    for number, email in enumerate(["ada@münster.example", "ada@xn--mnster-3ya.example"]):
        make("users.User", name=f"Ada {number}", email=email, role="technical_support")
    return rows


def test_rows_that_compare_equal_keep_a_violation_and_the_way_back_is_open(migrated):
    first, twin, blank, other = (migrated.rows[name] for name in ("first", "twin", "blank", "other"))
    for kept in (migrated.first, vendors_now()):
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

    assert migrated.undone[twin.pk].vendor_name_key == "no\u200bva"
    assert [row for row in migrated.undone.values() if row.imported_violations is not None] == []


def test_a_key_that_another_row_gives_up_is_taken(migrated):
    """Each row's new key is the one that the row before it held, all around."""
    around = migrated.rows["around"]

    assert [Vendor.objects.get(pk=row.pk).vendor_name_key for row in around] == ["a", "b", "c"]


def test_a_record_keeps_its_key_as_long_as_its_text_folds_to_the_same(migrated):
    twin = migrated.rows["second vega"]

    record = Vendor.objects.get(pk=twin.pk)
    record.change(status="suspended")
    assert Vendor.objects.get(pk=twin.pk).vendor_name_key == f"vega{DISAMBIGUATOR}{twin.pk}"
    record.change(vendor_name="VEGA\u200d")
    assert Vendor.objects.get(pk=twin.pk).vendor_name_key == f"vega{DISAMBIGUATOR}{twin.pk}"
    record.change(vendor_name="Vega West")
    assert Vendor.objects.get(pk=twin.pk).vendor_name_key == "vega west"


def test_open_incidents_of_titles_that_differ_in_punctuation_keep_a_violation(migrated):
    one, two, past = (migrated.rows[name] for name in ("one", "two", "past"))

    kept = {row.pk: row for row in Incident.objects.all()}
    assert kept[two.pk].open_key == f"{kept[one.pk].open_key}{DISAMBIGUATOR}{two.pk}"
    assert kept[past.pk].open_key == kept[one.pk].open_key
    assert (rules_of(kept[one.pk]), rules_of(kept[two.pk])) == ([], ["one_open_incident"])
    assert "one_open_incident" not in rules_of(kept[past.pk])


def test_every_kind_of_key_is_recomputed(migrated):
    ids = [each.pk for each in migrated.rows["clients"]]
    keys = Client.objects.filter(pk__in=ids).order_by("pk")
    (one, first), (two, second) = keys.values_list("registration_number_key", "contact_email_key")

    assert (one, first, second) == ("hrb 1", "a@xn--bcher-kva.example", "b@xn--bcher-kva.example")
    assert two.startswith(f"hrb 1{DISAMBIGUATOR}")
    assert Product.objects.get().product_name_key == "ledger"
    assert [
        each.split(DISAMBIGUATOR)[0] for each in Component.objects.values_list("component_name_key", flat=True)
    ] == ["db"] * 2
    assert CorrelationRule.objects.get().name_key == "noise"


def test_of_two_accounts_with_one_address_each_logs_in_by_its_own_spelling(migrated):
    for user in User.objects.filter(is_system=False):
        user.set_password(f"an old secret {user.name}")
        user.save()

    for number, email in enumerate(["ada@münster.example", "ada@XN--mnster-3ya.example"]):
        body = {"email": email, "password": f"an old secret Ada {number}"}
        token = Api().post("/auth/token/", body, expect=200).json()["token"]
        assert Api(None, Authorization=f"Token {token}").get("/me/", expect=200).json()["name"] == f"Ada {number}"
