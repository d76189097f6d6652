"""SOP 1, step 4: every discovery records the query, never the results."""

import pytest

from audit.models import AuditEntry
from tests.products.factories import ProductFactory
from tests.vendors.factories import VendorFactory
from users.choices import IM, TS

pytestmark = pytest.mark.django_db


def reads():
    return AuditEntry.objects.filter(origin="discovery").order_by("id")


def test_a_collection_read_leaves_the_type_and_the_filters(api):
    VendorFactory(vendor_name="Nimbus")
    caller = api(IM)

    caller.get("/vendors/?status=active&page_size=10", expect=200)

    entry = reads().get()
    assert entry.action == "entity_discovery"
    assert entry.user_id == caller.user.pk
    assert (entry.reference_type, entry.reference_id) == ("vendor", None)
    assert entry.meta == {"entity_type": "vendor", "filters": {"status": "active", "page_size": "10"}}
    assert "Nimbus" not in str((entry.meta, entry.changes))


def test_reading_one_record_leaves_its_id(api):
    vendor = VendorFactory()
    api(IM).get(f"/vendors/{vendor.pk}/", expect=200)
    assert (reads().get().reference_type, reads().get().reference_id) == ("vendor", vendor.pk)


def test_discovery_records_the_type_and_the_filters(api):
    ProductFactory(product_name="Ledger")
    api(TS).get("/discovery/?entity_type=product&search=ledger", expect=200)
    entry = reads().get()
    assert entry.meta == {"entity_type": "product", "filters": {"search": "ledger"}}
    assert entry.operation == "discovery.search"


def test_discovery_entries_belong_to_no_chain(api):
    vendor = VendorFactory()
    api(IM).get(f"/vendors/{vendor.pk}/", expect=200)
    assert (reads().get().sequence, reads().get().previous_hash) == (None, "")
    assert len(reads().get().hash) == 64


def test_a_setting_relaxes_it_to_collections(api, settings):
    settings.IMS_AUDIT_COLLECTION_READS_ONLY = True
    vendor = VendorFactory()
    caller = api(IM)

    caller.get(f"/vendors/{vendor.pk}/", expect=200)
    assert not reads().exists()

    caller.get("/vendors/", expect=200)
    assert reads().count() == 1


def test_refused_reads_leave_nothing_and_long_filters_are_cut(api):
    caller = api(IM)
    caller.get("/vendors/?colour=red", expect=400, code="invalid_filter")
    caller.get("/vendors/999999/", expect=404)
    assert not reads().exists()

    caller.get(f"/vendors/?search={'x' * 1000}", expect=200)
    assert reads().get().meta["filters"]["search"] == "x" * 200
