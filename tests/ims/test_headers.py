"""The security headers of every response, over all routes, and cross-origin requests."""

import re
from typing import Any

import pytest
from django.test import Client

from core.http.routes import endpoints
from ims.urls import urlpatterns
from tests.api import BASE, Api
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM

pytestmark = pytest.mark.django_db

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ROUTES = sorted({endpoint for endpoint, _ in endpoints(urlpatterns)})
ELSEWHERE = ["/healthz", "/readyz", "/metrics", "/nowhere", "/console", "/console/login/", "/console/nowhere/"]
STATIC = "/static/console/error.css"
APP, STRANGER = "https://app.example.org", "https://evil.example"
CORS = "corsheaders.middleware.CorsMiddleware"


def directives(response: Any) -> dict[str, list[str]]:
    policy = response["Content-Security-Policy"]
    return {name: values for name, *values in (each.split() for each in policy.split(";"))}


def assert_safe(response: Any) -> None:
    assert {name: response.get(name) for name in ALWAYS} == ALWAYS
    assert "camera=()" in response["Permissions-Policy"]
    assert {directives(response)[name][0] for name in ("default-src", "frame-ancestors")} == {"'none'"}
    assert "Access-Control-Allow-Origin" not in response
    assert response["X-Request-ID"]


@pytest.fixture
def open_to_the_app(settings):
    settings.CORS_ALLOWED_ORIGINS = [APP]
    settings.MIDDLEWARE = [CORS, *settings.MIDDLEWARE]


@pytest.mark.parametrize("endpoint", ROUTES)
def test_every_route_of_the_api_answers_with_strict_headers(endpoint):
    method, path = endpoint.split(" ")
    answer = getattr(Api(), method.lower())(re.sub(r"{\w+}", "1", path))
    assert_safe(answer)
    assert answer["Cache-Control"] == "no-store"
    if path != "/docs/":
        assert directives(answer) == {
            name: ["'none'"] for name in ("default-src", "base-uri", "form-action", "frame-ancestors")
        }


@pytest.mark.parametrize("path", [*ELSEWHERE, STATIC, "/static/nowhere.css"])
def test_so_does_everything_else(path):
    assert_safe(Client().get(path, headers={"Origin": STRANGER}))


def test_so_do_redirects_and_refused_hosts(settings):
    settings.SECURE_SSL_REDIRECT = True
    redirected = Client().get("/api/v1/vendors/")
    refused = Client(raise_request_exception=False).get("/api/v1/vendors/", headers={"Host": "evil.example"})
    assert (redirected.status_code, refused.status_code) == (301, 400)
    assert_safe(redirected)
    assert_safe(refused)


def test_a_record_is_never_stored_and_keeps_its_tag():
    read = Api(UserFactory(role=IM)).get(f"/vendors/{VendorFactory().pk}/", expect=200)
    assert (read["Cache-Control"], read["ETag"]) == ("no-store", '"1"')


def test_static_files_state_their_own_life():
    assert Client().get(STATIC)["Cache-Control"].startswith("max-age")


@pytest.mark.parametrize("path", ["/console/login/", "/console/nowhere/", "/api/v1/docs/"])
def test_pages_load_only_from_this_origin(path):
    policy = directives(Client().get(path))
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"][0] == policy["style-src"][0] == "'self'"
    assert "'unsafe-inline'" not in policy["script-src"]
    sources = {value for values in policy.values() for value in values if not value.startswith("'")}
    assert sources == {"data:"}


def test_other_origins_are_not_answered_unless_they_are_named():
    answer = Client().get(f"{BASE}/schema/", headers={"Origin": APP})
    asked = Client().options(f"{BASE}/incidents/", headers={"Origin": APP, "Access-Control-Request-Method": "POST"})
    assert not [name for each in (answer, asked) for name in each.headers if name.startswith("Access-Control")]
    assert asked.status_code >= 400


@pytest.mark.usefixtures("open_to_the_app")
def test_an_allowed_origin_may_send_and_read_the_documented_headers():
    sent = "approval-id, authorization, content-type, idempotency-key, if-match, x-request-id"
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": sent}
    asked = Client().options(f"{BASE}/incidents/", headers={"Origin": APP, **wanted})
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (200, APP)
    assert set(sent.split(", ")) <= set(asked["Access-Control-Allow-Headers"].split(", "))

    answer = Api(UserFactory(role=EX)).get("/me/", Origin=APP, expect=200)
    assert answer["Access-Control-Allow-Origin"] == APP
    assert "Access-Control-Allow-Credentials" not in answer
    exposed = set(answer["Access-Control-Expose-Headers"].split(", "))
    assert exposed == {"ETag", "Idempotency-Replayed", "Location", "Retry-After", "X-Request-ID"}


@pytest.mark.usefixtures("open_to_the_app")
@pytest.mark.parametrize(("path", "origin"), [(f"{BASE}/schema/", STRANGER), ("/console/login/", APP)])
def test_others_and_the_console_stay_closed(path, origin):
    assert "Access-Control-Allow-Origin" not in Client().get(path, headers={"Origin": origin})
