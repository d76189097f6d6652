"""Reversing a migration that would drop records or the trail is refused without confirmation."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models

from audit.models import AuditEntry
from core.sql.reversals import FLAG, dropping_data, refuse_losses
from incidents.models import Incident
from tests.incidents.factories import IncidentFactory
from tests.vendors.factories import VendorFactory
from vendors.models import Vendor

pytestmark = pytest.mark.django_db


def migrate(*args, **options):
    call_command("migrate", *args, verbosity=0, **options)


def test_records_are_not_dropped_by_a_reversal():
    incident = IncidentFactory()
    with pytest.raises(CommandError, match=f"1 rows of {Incident._meta.db_table}.*{FLAG}"):
        migrate("incidents", "zero")
    assert Incident.objects.get() == incident


def test_the_trail_is_not_dropped_by_a_reversal():
    VendorFactory()
    entries = AuditEntry.objects.count()
    with pytest.raises(CommandError, match=f"{entries} rows of {AuditEntry._meta.db_table}"):
        migrate("audit", "zero")
    assert AuditEntry.objects.count() == entries


def test_migrating_forwards_is_not_hindered():
    VendorFactory()
    migrate()
    assert Vendor.objects.count() == 1


def test_a_confirmed_loss_is_permitted(monkeypatch):
    IncidentFactory()
    applied = []
    executor = "django.core.management.commands.migrate.MigrationExecutor.migrate"

    def note(self, targets, plan, **options):
        applied.extend(plan)
        return options["state"]

    monkeypatch.setattr(executor, note)
    with pytest.raises(CommandError, match="Refused"):
        migrate("incidents", "zero")
    assert applied == []
    migrate("incidents", "zero", drop_data=True)
    assert {backwards for _, backwards in applied} == {True}


class Step:
    """A migration of which only the operations count."""

    app_label = "vendors"

    def __init__(self, *operations):
        self.operations = operations


def test_a_column_that_holds_something_is_not_dropped_either():
    step = Step(migrations.AddField("vendor", "contact_email", models.TextField()))
    empty = Step(migrations.AddField("vendor", "imported_row", models.JSONField(null=True)))
    told = {"apps": apps, "using": connection.alias}
    VendorFactory()
    refuse_losses(plan=[(step, False), (empty, True)], **told)
    with pytest.raises(CommandError, match="contact_email in 1 rows of vendors_vendor"):
        refuse_losses(plan=[(step, True)], **told)
    with dropping_data(True):
        refuse_losses(plan=[(step, True)], **told)
