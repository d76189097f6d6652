"""Telephone numbers have at most fifteen digits, as E.164 says; longer ones of before keep a violation."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.fields import phone_fits
from core.sql.marking import marking

FITS = phone_fits("contact_phone")
DETAIL = "contact_phone: more than fifteen digits"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("clients", "0005_one_folding")]

    operations: ClassVar[list[Operation]] = [
        migrations.RunPython(*marking("clients", "client", "valid_phone", DETAIL, FITS)),
        migrations.AddConstraint("client", models.CheckConstraint(condition=FITS, name="client_phone_fits")),
    ]
