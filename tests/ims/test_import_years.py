"""Old rows with impossible years: kept within the years of a record, reported, and every list can be walked."""

import pytest

from tests.core.text.described_texts import lists
from tests.ims.old_export import ID, ROWS, OldExport, report_of
from users.choices import EX

pytestmark = pytest.mark.django_db

# The values that distinguish a second row of a table from the first.
OTHER = {
    "vendors": {"name": "Cirrus", "contact_email": "cirrus@example.com", "contact_phone": "+49301234560"},
    "clients": {"registration_number": "HRB 8", "contact_email": "cirrus@client.example"},
    "users": {"email": "zoe@house.example"},
    "products": {"name": "Cashier"},
    "components": {"name": "cashier-db"},
    "incidents": {"category": "network_issue"},
    "sla_agreements": {"severity_level": "P2"},
    "rollback_requests": {"status": "completed"},
    "subscriptions": {},
}
# Reading the audit trail adds to it.
ONLY = dict.fromkeys(("/api/v1/audit-entries/", "/api/v1/me/audit-entries/"), "origin=imported&")


@pytest.mark.parametrize("year", ["0205", "2999"])
def test_rows_with_impossible_years_are_stored_and_every_list_can_be_paged(tmp_path, api, year):
    folder = tmp_path / "export"
    folder.mkdir()
    export = OldExport(folder)
    for table, row in ROWS.items():
        times = {
            name: f"{year}{value[4:]}"
            for name, value in row.items()
            if isinstance(value, str) and value.startswith("2024-")
        }
        export.add(table, ID + 1, **OTHER.get(table, {}), **times)

    report = report_of(export, tmp_path)
    told = {each["table"] for each in report["violations"] if each["rule"] == "year_in_range"}
    assert told == set(ROWS)

    reader = api(EX)
    for path, schemas in lists():
        for ordering in schemas["ordering"]["enum"]:
            assert_walkable(reader, f"{path}?{ONLY.get(path, '')}ordering={ordering}")


def assert_walkable(reader, path):
    """Every row is met once on the way forth, and again on the way back."""
    page = reader.get(f"{path}&page_size=1", expect=200).json()
    met = [row["id"] for row in page["results"]]
    while page["next"]:
        page = reader.get(page["next"], expect=200).json()
        met += [row["id"] for row in page["results"]]
    everything = reader.get(f"{path}&page_size=200", expect=200).json()
    assert met == [row["id"] for row in everything["results"]]
    back = [row["id"] for row in page["results"]]
    while page["previous"]:
        page = reader.get(page["previous"], expect=200).json()
        back = [row["id"] for row in page["results"]] + back
    assert back == met
