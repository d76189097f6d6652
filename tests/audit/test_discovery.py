"""SOP 1, step 4: every discovery records the query, never the results."""

from hashlib import sha256

import pytest

from audit.models import AuditEntry
from tests.clients.factories import ClientFactory
from tests.products.factories import ProductFactory
from tests.vendors.factories import VendorFactory
from users.choices import IM, TS

pytestmark = pytest.mark.django_db


def reads():
    return AuditEntry.objects.filter(origin="discovery").order_by("id")


def digest(text):
    return {"length": len(text), "sha256": sha256(text.encode()).hexdigest()}


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
    assert entry.meta == {"entity_type": "product", "filters": {"search": digest("ledger")}}
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


def test_refused_reads_leave_nothing(api):
    caller = api(IM)
    caller.get("/vendors/?colour=red", expect=400, code="invalid_filter")
    caller.get("/vendors/999999/", expect=404)
    assert not reads().exists()


@pytest.mark.parametrize(
    ("path", "private"),
    [
        ("/users/?search=smith", "search"),
        ("/users/?email=jo.smith@example.com", "email"),
        ("/users/?search=4930123456", "search"),
        ("/vendors/?search=active", "search"),
        ("/discovery/?entity_type=client&search=Jo%20Smith", "search"),
        ("/clients/?name__in=Jo%20Smith,Other", "name__in"),
    ],
)
def test_what_was_searched_for_is_not_told(api, path, private):
    api(IM).get(path, expect=200)
    told = reads().get().meta["filters"]
    assert set(told[private]) == {"length", "sha256"}
    assert "mith" not in str(told)


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/users/?role__in=incident_manager,executive&status=active", {"role__in": "incident_manager,executive"}),
        ("/incidents/?client_id=7&created_at__gte=2026-03-01T00:00:00Z", {"client_id": "7"}),
        ("/incidents/?sla_breach=true&ordering=-id&page_size=5&fields=id,title", {"sla_breach": "true"}),
        ("/incidents/?fields=id,title&ordering=-id", {"fields": "id,title", "ordering": "-id"}),
    ],
)
def test_ids_times_flags_and_enumerations_are_told(api, path, filters):
    api(IM).get(path, expect=200)
    assert reads().get().meta["filters"].items() >= filters.items()


def test_a_cursor_tells_no_value_of_the_record_it_stands_at(api):
    for name in ("Jo Smith", "Other"):
        ClientFactory(name=name)
    caller = api(IM)
    following = caller.get("/clients/?ordering=name&page_size=1", expect=200).json()["next"]
    caller.get(following, expect=200)
    assert set(reads().last().meta["filters"]["cursor"]) == {"length", "sha256"}
