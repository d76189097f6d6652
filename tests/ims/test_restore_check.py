"""A restored database is checked before it serves: what is missing or different is named, and ends with an error."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from audit import triggers
from tests.vendors.factories import VendorFactory

pytestmark = pytest.mark.django_db


def told() -> str:
    out = StringIO()
    try:
        call_command("restore_check", stdout=out)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def changed_past_the_product() -> None:
    pk = VendorFactory().pk
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM vendors_vendor WHERE id = %s", [pk])


def without_a_migration() -> None:
    MigrationRecorder(connection).migration_qs.filter(app="vendors").latest("id").delete()


def without_triggers() -> None:
    triggers.remove(connection)


def test_a_whole_database_passes() -> None:
    VendorFactory()
    said = told()
    assert ("FAILED" in said, said.count("ok ")) == (False, 8)


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        (changed_past_the_product, "records against the trail"),
        (without_a_migration, "migrations"),
        (without_triggers, "triggers of the trail"),
    ],
)
def test_what_is_not_whole_is_named_and_ends_with_an_error(damage, check) -> None:
    damage()
    said = told()
    assert f"FAILED {check}" in said
    assert said.endswith("1 checks failed")
