"""Old rows whose names or addresses are now equal, or have no visible characters: imported, marked and reported."""

import pytest
from django.core.management import CommandError

from clients.models import Client
from tests.clients.factories import SubscriptionFactory
from tests.ims.old_export import ID, OldExport, report_of, run
from tests.users.factories import UserFactory
from users.choices import CC, EX, SA

pytestmark = pytest.mark.django_db

RULE = "unique_identifiers"
PATHS = {
    "vendors": "/vendors/",
    "clients": "/clients/",
    "users": "/users/",
    "products": "/products/",
    "components": "/components/",
}


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder)


def told(report, table):
    return [each for each in report["violations"] if (each["table"], each["rule"]) == (table, RULE)]


@pytest.mark.parametrize(
    ("table", "first", "second"),
    [
        (
            "vendors",
            {"contact_email": "help@münster.example"},
            {"contact_email": "help@xn--mnster-3ya.example", "name": "Cirrus", "contact_phone": "+49301234560"},
        ),
        (
            "vendors",
            {"name": "Cirrus"},
            {"name": "Cir\u200brus", "contact_email": "c@cirrus.example", "contact_phone": "+49301234560"},
        ),
        (
            "clients",
            {"registration_number": "HRB 8"},
            {"registration_number": "HRB\u2060 8", "contact_email": "8@a.example"},
        ),
        ("users", {"email": "zoe@münster.example"}, {"email": "zoe@xn--mnster-3ya.example"}),
        ("products", {"name": "Cashier"}, {"name": "Cash\u00adier"}),
        ("components", {"name": "cashier-db"}, {"name": "cashier\u200d-db"}),
    ],
)
def test_rows_that_the_old_system_told_apart_are_both_kept(*, export, tmp_path, api, table, first, second):
    report = report_of(export.change(table, **first).add(table, ID + 1, **second), tmp_path)

    assert [(each["id"], f" {ID}" in each["detail"]) for each in told(report, table)] == [(ID + 1, True)]
    shown = api(EX).get(f"{PATHS[table]}{ID + 1}/", expect=200).json()
    assert RULE in {each["rule"] for each in shown["imported_violations"]}
    again = report_of(export, tmp_path)
    assert (again["imported"], told(again, table)) == (0, told(report, table))


@pytest.mark.parametrize("blank", ["\u200b", "\u2060 \ufeff"])
def test_rows_without_a_visible_number_are_kept(export, tmp_path, api, blank):
    export.change("clients", registration_number=blank)
    export.add("clients", ID + 1, registration_number=f"{blank}\u200b", contact_email="8@a.example", name=blank)

    report = report_of(export, tmp_path)

    assert {each["id"]: each["detail"] for each in told(report, "clients")} == dict.fromkeys(
        (ID, ID + 1), "registration_number: blank"
    )
    named = {(each["id"], each["rule"]) for each in report["violations"]}
    assert (ID + 1, "name_given") in named
    api(SA).patch(f"/clients/{ID}/", {"registration_number": "HRB 8"}, expect=200)
    assert Client.objects.get(pk=ID).registration_number_key == "hrb 8"


def test_what_the_old_system_held_equal_is_still_refused(export):
    export.add("clients", ID + 1, contact_email="8@a.example", registration_number="hrb  7")
    with pytest.raises(CommandError, match="clients row"):
        run(export)


@pytest.mark.parametrize("path", [*PATHS.values(), "/correlation-rules/"])
def test_violations_are_shown_on_every_kind_of_record(export, api, path):
    run(export)
    for row in api(EX).get(path, expect=200).json()["results"]:
        assert "imported_violations" in row


def test_contacts_do_not_see_which_rules_a_record_breaks(export, api):
    run(export.change("clients", status="active", contact_phone="call us"))
    contact = api(UserFactory(role=CC, client_id=ID))
    SubscriptionFactory(client_id=ID)
    assert "imported_violations" not in contact.get(f"/clients/{ID}/", expect=200).json()
    assert "imported_violations" not in contact.get("/users/", expect=200).json()["results"][0]
    contact.get("/clients/?fields=imported_violations", expect=400)
