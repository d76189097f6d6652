"""Views have the attributes that DRF developers expect, and these determine the behaviour."""

import re

import pytest
from django.urls import resolve
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.http.permissions import AccountStatus, DutiesMet, Granted, InPerson, InScope, PermittedRole
from core.http.routes import endpoints
from core.http.views import ListViewSet, OperationView
from core.operations.registry import registry
from core.reading.collections import CHOICES
from core.reading.generic import KeysetPagination, NumberedPagination
from ims.urls import urlpatterns
from tests.api import Api
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

ROUTES = sorted(endpoints(urlpatterns))


def view_of(endpoint, name):
    """The view of a route, initialised for the action."""
    method, path = endpoint.split()
    method, path = method.lower(), re.sub(r"{\w+}", "1", path)
    callback = resolve(f"/api/v1{path}").func
    view = callback.cls(**callback.initkwargs)
    view.action_map, view.action, view.kwargs = callback.actions, callback.actions[method], {}
    view.request = Request(APIRequestFactory().generic(method, path))
    return view


@pytest.mark.parametrize(("endpoint", "name"), ROUTES)
def test_every_route_shows_its_permission_classes_and_its_operation(endpoint, name):
    view = view_of(endpoint, name)

    assert [type(each) for each in view.get_permissions()] == [
        AccountStatus, PermittedRole, InPerson, Granted, InScope, DutiesMet,
    ]  # fmt: skip
    assert view.operation is registry[name]


@pytest.mark.parametrize(("endpoint", "name"), ROUTES)
def test_every_route_of_a_collection_shows_serializer_filters_and_pagination(endpoint, name):
    view = view_of(endpoint, name)
    if not isinstance(view, ListViewSet):
        assert not isinstance(view, GenericAPIView)
        return
    collection = view.collection
    shapes = registry[name].shapes
    representation = collection.single if view.action == "retrieve" else collection.output

    assert isinstance(view, GenericAPIView)
    assert view.serializer_class is collection.output
    assert view.get_serializer_class() is (shapes[0] if shapes else representation)
    assert view.filterset_class is collection.filters
    assert view.pagination_class is (NumberedPagination if collection.numbered else KeysetPagination)
    assert (view.search_fields, view.ordering_fields) == (collection.search, collection.ordering)
    assert {"cursor", "page_size", "search", "ordering", *CHOICES} <= set(collection.controls)


def test_a_view_that_leaves_out_a_permission_class_does_not_start(monkeypatch):
    monkeypatch.setattr(OperationView, "permission_classes", [AccountStatus, PermittedRole])
    with pytest.raises(Exception, match="omits permission classes"):
        list(endpoints(urlpatterns))


def test_the_filter_backend_and_the_list_agree(api):
    VendorFactory(vendor_name="Nimbus Cloud"), VendorFactory(vendor_name="Cirrus Net")
    view = view_of("GET /vendors/", "discovery.search")
    view.request.user, view.list_query = UserFactory(role=EX), {"search": "cirrus"}

    found = view.filter_queryset(view.get_queryset())

    assert view.get_queryset().count() == Vendor.objects.count()
    shown = api(EX).get("/vendors/?search=cirrus", expect=200).json()["results"]
    assert [each.pk for each in found] == [each["id"] for each in shown]
    rows = view.get_paginated_response(view.paginate_queryset(found)).data["results"]
    assert [each["vendor_name"] for each in rows] == ["Cirrus Net"]


def test_permissions_are_asked_on_the_way(monkeypatch):
    """The permission classes check REST requests: without one of them, the dispatcher checks instead."""
    list_query = []
    for each in (AccountStatus, PermittedRole, InPerson):
        monkeypatch.setattr(each, "has_permission", lambda self, request, view: list_query.append(type(self)) or True)
    for each in (InScope, DutiesMet):
        monkeypatch.setattr(
            each, "has_object_permission", lambda self, request, view, obj: list_query.append(type(self)) or True
        )
    vendor = VendorFactory()

    Api(UserFactory(role="client_contact")).patch(f"/vendors/{vendor.pk}/", {}, expect=403, code="role_not_permitted")
    assert list_query == [AccountStatus, PermittedRole, InPerson]
    Api(UserFactory(role=EX)).patch(f"/vendors/{vendor.pk}/", {}, expect=200)
    assert list_query[3:] == [AccountStatus, PermittedRole, InPerson, InScope, DutiesMet]
