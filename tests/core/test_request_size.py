"""The maximum size of requests to the API and the console."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from tests.api import Api
from tests.users.factories import UserFactory
from users.choices import EX

pytestmark = pytest.mark.django_db

LOGIN = "/console/login/"


@pytest.fixture(autouse=True)
def bounds(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.IMS_QUERY_MAX_BYTES = 1_000, 200


@pytest.mark.parametrize("path", ["/vendors/", "/auth/token/", "/approvals/check/"])
def test_a_large_body_is_refused_by_its_stated_length(path):
    refused = Api(UserFactory(role=EX)).post(path, {"name": "x" * 1_000}, expect=413, code="body_too_large")
    assert "1000 bytes" in refused.json()["detail"]


@pytest.mark.parametrize("field", ["x" * 1_000, SimpleUploadedFile("large", b"x" * 1_000)], ids=["text", "file"])
def test_a_large_form_is_refused_before_it_is_parsed(field):
    refused = Browser().post(LOGIN, {"username": field})
    assert (refused.status_code, "1000 bytes" in refused.content.decode()) == (413, True)


@pytest.mark.parametrize("length", ["", "x", "-1", "٣"])
def test_a_length_that_is_no_number_states_none(length):
    answer = Browser().get(LOGIN, CONTENT_LENGTH=length)
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/vendors/", "/discovery/", "/schema/", "/incidents/1/"])
def test_a_long_query_is_refused(path):
    caller = Api(UserFactory(role=EX))
    caller.get(f"{path}?search={'x' * 200}", expect=400, code="invalid_filter")
    assert caller.get(f"{path}?search={'x' * 150}").json().get("rule") != "query_size"


def test_an_unsupported_method_is_405_with_any_query_length():
    caller = Api(UserFactory(role=EX))
    caller.delete(f"/vendors/?search={'x' * 200}", expect=405, code="method_not_allowed")


def test_a_long_query_is_refused_by_the_console_as_a_page():
    refused = Browser().get(f"{LOGIN}?next={'x' * 200}")
    assert (refused.status_code, refused["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_more_parameters_than_anyone_reads_are_refused(settings):
    settings.IMS_QUERY_MAX_BYTES = 10_000
    query = "&".join(["a=1"] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    Api(UserFactory(role=EX)).get(f"/vendors/?{query}", expect=400, code="invalid_filter")
    assert Browser().get(f"{LOGIN}?{query}").status_code == 400
