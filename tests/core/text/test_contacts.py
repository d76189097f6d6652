"""Telephone numbers and time zones: they are stored completely, and validated independently of the host."""

import pytest
from django.db import DataError, IntegrityError, transaction

from tests.api import codes, fields
from tests.clients.factories import ClientFactory
from tests.ims.old_export import ID, OldExport, report_of
from users.choices import IM, SA
from vendors.models import Vendor

pytestmark = pytest.mark.django_db


def changed(api, phone, **options):
    return api(SA).patch(f"/clients/{ClientFactory().pk}/", {"contact_phone": phone}, **options)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("+49 (0)30 123456", "+4930123456"),
        ("+49-30-123456", "+4930123456"),
        ("+39 06 1234567", "+39061234567"),
        ("030 / 123 45 67", "0301234567"),
        ("+442079460958", "+442079460958"),
    ],
)
def test_a_number_is_kept_whole(api, sent, kept):
    assert changed(api, sent, expect=200).json()["contact_phone"] == kept


@pytest.mark.parametrize(
    "phone",
    [
        "+49 30 123456 ext. 12",
        "+49 30 123456x12",
        "+49 30 123456 #12",
        "tel:+49-30-123456;ext=12",
        "+49 30 123456; +49 30 123457",
        "+1 800 FLOWERS",
        "+49301234567890123",
        "+4930123456789012",
        "12345678901234567",
        "030 123456 ext. 1",
    ],
)
def test_nothing_of_a_number_is_dropped(api, phone):
    refused = changed(api, phone, expect=400)
    assert fields(refused) == {"contact_phone"}
    assert codes(refused) <= {"extension", "phone"}


@pytest.mark.parametrize("phone", ["1234567890123456", "+12345678901234567"])
def test_the_database_refuses_more_than_fifteen_digits(phone):
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        ClientFactory(contact_phone=phone)


def test_an_extension_of_an_old_row_is_reported(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    export = OldExport(folder).change("vendors", contact_phone="+49 30 123456 ext. 12")

    told = [each for each in report_of(export, tmp_path)["violations"] if each["rule"] == "valid_phone"]

    vendor = Vendor.objects.get(pk=ID)
    assert vendor.contact_phone == "+4930123456"
    assert vendor.imported_row["contact_phone"] == "+49 30 123456 ext. 12"
    assert [("extension 12" in each["detail"], each["id"]) for each in told] == [(True, ID)]


@pytest.mark.parametrize(
    "zone",
    [
        "localtime",
        "posixrules",
        "Factory",
        "europe/berlin",
        "EUROPE/BERLIN",
        "posix/Europe/Berlin",
        "right/UTC",
        "../zoneinfo/UTC",
        "/usr/share/zoneinfo/UTC",
        "Europe",
        "tzdata.zi",
    ],
)
def test_only_names_of_iana_are_time_zones(api, zone):
    refused = api(IM).patch("/me/", {"timezone": zone}, expect=400)
    assert fields(refused) == {"timezone"}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Asia/Kolkata"])
def test_names_of_iana_are_time_zones(api, zone):
    assert api(IM).patch("/me/", {"timezone": zone}, expect=200).json()["timezone"] == zone
