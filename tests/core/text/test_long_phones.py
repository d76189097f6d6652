"""Telephone numbers of before with too many digits keep a violation; the migration can be undone."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tests.core.text.test_refolding import STAMPS, migrate
from vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("committed")

LONG, SHORT = "1234567890123456", "+123456789012345"


def test_a_number_that_is_too_long_keeps_a_violation_and_the_way_back_is_open():
    before = MigrationExecutor(connection).migrate([("vendors", "0002_one_folding")]).apps
    rows = before.get_model("vendors.Vendor").objects
    try:
        made = {
            phone: rows.create(
                vendor_name=uuid4().hex,
                contact_email=f"{uuid4().hex}@a.example",
                contact_phone=phone,
                vendor_type="software_vendor",
                created_at=timezone.now(),
                updated_at=timezone.now(),
                **STAMPS,
            )
            for phone in (LONG, SHORT)
        }
        migrate()
        kept = {phone: Vendor.objects.get(pk=row.pk) for phone, row in made.items()}
        assert [each["rule"] for each in kept[LONG].imported_violations] == ["valid_phone"]
        assert kept[SHORT].imported_violations is None
        again = MigrationExecutor(connection).migrate([("vendors", "0002_one_folding")]).apps
        assert again.get_model("vendors.Vendor").objects.get(pk=made[LONG].pk).imported_violations is None
    finally:
        migrate()
