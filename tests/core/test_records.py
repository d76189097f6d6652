"""The base of every record: the audited save, and database errors as refusals of the contract."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import path

from audit.models import AuditEntry
from core.context import context, current
from core.errors import Refusal, UndeclaredError
from core.hooks import Hooks, hooks
from core.http.routes import register_routes
from core.http.views import OperationView
from core.operations.lifecycle import Lifecycle, allowed_from, require_transition
from core.operations.registry import operation, registry
from core.sql.integrity import explain
from core.text.folding import fold_name
from core.verbs import Verb
from ims.urls import urlpatterns
from products.models import Component
from tests.products.factories import ComponentFactory, ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, SA
from users.models import User
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

QUERYSET_WRITES = {
    "update": lambda found: found.update(status="inactive"),
    "delete": lambda found: found.delete(),
    "bulk_create": lambda found: found.bulk_create([Vendor(vendor_name="x")]),
    "bulk_update": lambda found: found.bulk_update(list(found), ["status"]),
    "raw delete": lambda found: found._raw_delete("default"),
}


@pytest.mark.parametrize("write", QUERYSET_WRITES.values(), ids=QUERYSET_WRITES)
def test_writes_past_the_record_are_refused(write):
    vendor = VendorFactory()
    with pytest.raises(UndeclaredError):
        write(Vendor.objects.all())
    vendor.refresh_from_db()
    assert (vendor.status, vendor.version) == ("active", 1)


def test_a_record_is_never_deleted():
    with pytest.raises(UndeclaredError):
        VendorFactory().delete()


@pytest.mark.parametrize("missing", ["operation", "actor"])
def test_a_save_outside_an_operation_with_an_actor_is_refused(missing):
    vendor = VendorFactory()
    with context(**{missing: None}), pytest.raises(UndeclaredError):
        vendor.change(status="inactive")
    with context(**{missing: None}), pytest.raises(UndeclaredError):
        VendorFactory()
    assert Vendor.objects.count() == 1


def test_an_actor_who_was_never_saved_writes_nothing():
    with context(actor=User(name="nobody")), pytest.raises(UndeclaredError):
        VendorFactory()


def test_each_change_counts_one_version_and_names_its_modifier():
    vendor, modifier = VendorFactory(), UserFactory(role=EX)
    first = vendor.updated_at
    with context(actor=modifier):
        vendor.change(status="suspended")
    vendor.change(status="suspended")

    kept = Vendor.objects.get(pk=vendor.pk)
    assert (kept.version, kept.updated_by_id, kept.created_by_id) == (2, modifier.pk, current().actor.pk)
    assert kept.updated_at > first
    assert AuditEntry.objects.filter(reference_type="vendor", reference_id=vendor.pk).count() == 2


def test_a_deferred_field_does_not_hide_an_unsaved_change():
    vendor = Vendor.objects.only("id", "status", "version").get(pk=VendorFactory().pk)
    vendor.status = "inactive"
    assert vendor.vendor_name.startswith("Vendor")
    vendor.save()

    assert Vendor.objects.get(pk=vendor.pk).status == "inactive"


@pytest.mark.parametrize("read", ["made", "found", "read again", "saved"])
def test_a_value_that_is_changed_in_place_is_a_change(read):
    component = ComponentFactory(ports=[80])
    if read == "found":
        component = Component.objects.get(pk=component.pk)
    if read == "read again":
        component.refresh_from_db(fields=["ports"])
    if read == "saved":
        component.change(location="Elsewhere")
    component.ports.append(443)
    assert component.changes() == {"ports": ([80], [80, 443])}
    component.save()

    assert Component.objects.get(pk=component.pk).ports == [80, 443]
    newest = AuditEntry.objects.filter(reference_type="component", reference_id=component.pk).latest("sequence")
    assert set(newest.changes) == {"ports"}


def test_refreshing_discards_unsaved_changes():
    vendor = VendorFactory()
    vendor.status = "inactive"
    vendor.refresh_from_db()
    assert vendor.changes() == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME", "acme"),
        ("  Acme   Corp ", "acme corp"),
        ("Straße", "STRASSE"),
        ("\uff21\uff23\uff2d\uff25", "acme"),
        ("ÉCOLE", "école"),
        ("e\u0301cole", "\u00e9cole"),
        ("a\u00a0b", "a b"),
    ],
)
def test_folded_keys_make_both_databases_decide_alike(one, other):
    assert fold_name(one) == fold_name(other)
    VendorFactory(vendor_name=one)
    with pytest.raises(IntegrityError), transaction.atomic():
        VendorFactory(vendor_name=other)


def test_a_folded_key_follows_its_source():
    vendor = VendorFactory(vendor_name="Old Name")
    vendor.change(vendor_name="New  Name")
    assert Vendor.objects.get(pk=vendor.pk).vendor_name_key == "new name"


def violation(act):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act()
    return caught.value


def test_every_duplicate_field_is_named_with_the_record_it_meets():
    one = VendorFactory(vendor_name="Nimbus", contact_email="a@example.com")
    two = VendorFactory(contact_phone="+49301111111")
    error = violation(
        lambda: VendorFactory(vendor_name="nimbus", contact_email="A@example.com", contact_phone="+49301111111")
    )

    refusal = explain(error, UserFactory(role=EX))

    assert refusal.code == "duplicate"
    met = {item.field: item.facts["existing_id"] for item in refusal.errors}
    assert met == {"vendor_name": one.pk, "contact_email": one.pk, "contact_phone": two.pk}


def test_a_duplicate_outside_the_callers_scope_is_not_identified():
    VendorFactory(vendor_name="Nimbus")
    error = violation(lambda: VendorFactory(vendor_name="nimbus"))
    refusal = explain(error, UserFactory(role="client_contact"))
    assert [(item.field, item.facts) for item in refusal.errors] == [("vendor_name", {})]


def test_a_broken_check_names_its_constraint():
    error = violation(lambda: VendorFactory(status="gone"))
    refusal = explain(error, UserFactory(role=EX))
    assert (refusal.code, refusal.rule) == ("validation_error", "vendor_status_valid")


def test_a_reference_to_nothing_is_in_use():
    def act():
        ProductFactory(vendor=None).change(vendor_id=987654)
        connection.check_constraints()

    assert explain(violation(act), UserFactory(role=EX)).code == "in_use"


TABLE = Lifecycle("work item", {"open": ("in_progress", "done"), "in_progress": ("done",)}, initial="open")


class Thing:
    entity_type = "work_item"
    pk = 7

    def __init__(self, status: str) -> None:
        self.status = status


def test_a_lifecycle_permits_its_transitions_and_lists_them_in_refusals():
    with context(operation=None):
        require_transition(TABLE, Thing("open"), "done")
    for status, wanted, allowed in (
        ("in_progress", "open", ["done"]),
        ("done", "open", []),
        ("open", "open", [*TABLE["open"]]),
    ):
        with context(operation=None), pytest.raises(Refusal) as caught:
            require_transition(TABLE, Thing(status), wanted)
        assert caught.value.code == "invalid_transition"
        assert caught.value.rule == "work_item_lifecycle"
        assert caught.value.errors[0].facts == {"allowed": allowed, "status": status}
        assert allowed_from(TABLE, status) == allowed


def test_an_empty_socket_stops_the_start():
    with pytest.raises(UndeclaredError, match="missing hooks"):
        Hooks().verify()
    hooks.verify()


def test_restamping_runs_in_order_of_registration_and_once_each():
    order: list[str] = []
    board = Hooks()

    def first(record):
        order.append("first")

    def second(record):
        order.append("second")

    for function in (first, second, first):
        board.on_change("vendor", function)
    board.changed(VendorFactory.build())
    assert order == ["first", "second"]


class Undone(OperationView):
    def retrieve(self, request):
        """Declares nothing."""


class Misnamed(OperationView):
    operations = {"retrieve": "no.such_operation"}
    retrieve = Undone.retrieve


class Elsewhere(OperationView):
    operations = {"retrieve": "vendor.create"}
    retrieve = Undone.retrieve


def plain(request):
    """A view outside the project."""


@pytest.mark.parametrize(
    "view", [*(each.as_view({"get": "retrieve"}) for each in (Undone, Misnamed, Elsewhere)), plain]
)
def test_a_route_without_a_declared_operation_stops_the_start(view):
    with pytest.raises(UndeclaredError):
        register_routes([*urlpatterns, path("api/v1/stray/", view)])


def test_an_operation_without_its_route_stops_the_start(monkeypatch):
    monkeypatch.setattr(registry, "_operations", dict(registry._operations))

    @operation("stray.operation", roles={SA}, verb=Verb.UPDATE)
    def stray(*, actor):
        """Does nothing."""

    with pytest.raises(UndeclaredError, match=r"stray\.operation"):
        register_routes(urlpatterns)
    with pytest.raises(UndeclaredError, match="twice"):
        operation("stray.operation", roles={SA}, verb=Verb.UPDATE)(stray)
