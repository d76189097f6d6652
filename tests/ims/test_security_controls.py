"""Requirements of OWASP ASVS that no other test shows; docs/security.md names them."""

import ast
import tomllib
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.api import Api
from tests.architecture.production import ROOT, SHIPPED
from tests.users.factories import UserFactory
from tests.users.sessions import OLD, entered, is_in
from users.choices import TS
from users.models import User
from users.system import system_principal

TREES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text())
    for package in SHIPPED
    for path in sorted((ROOT / package).rglob("*.py"))
}
# What runs text as code, or reads objects out of it.
EVALUATING = {"eval", "exec", "compile", "__import__"}
UNSAFE = {"pickle", "marshal", "shelve", "dill", "yaml", "xml", "lxml", "jinja2", "pty"}
# What could send a request to another host.
CALLING = {"requests", "httpx", "aiohttp", "urllib3", "smtplib", "ftplib", "imaplib", "ldap", "telnetlib", "memcache"}
CALLING |= {"urllib.request", "http.client", "xmlrpc.client"}
# The one program that is started: it prints a PDF, with fixed arguments.
PRINTER = "reporting/reports/pdf.py"


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))


def importers(modules):
    return {file for file, tree in TREES.items() for name in imported(tree) if {name, name.split(".")[0]} & modules}


def test_no_text_is_run_as_code_or_as_a_command():
    called = {
        (file, node.func.id)
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EVALUATING
    }
    assert called == set()
    assert importers({"subprocess"}) == {PRINTER}
    assert importers({"os.system", "os.popen"}) == set()
    assert "shell=True" not in (ROOT / PRINTER).read_text()


def test_no_format_that_builds_objects_is_read():
    assert importers(UNSAFE) == set()


def test_no_other_host_is_called():
    assert importers(CALLING) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/vendors/", "/console/login/", "/healthz", "/api/v1/docs/"])
def test_the_method_trace_is_not_supported(path):
    assert Client(raise_request_exception=False).generic("TRACE", path).status_code in (401, 403, 405)


@pytest.mark.parametrize("path", ["/static/", "/static/console/", "/static/admin/css/", "/.git/config"])
def test_folders_are_not_listed(path):
    assert Client().get(path).status_code == 404


@pytest.mark.django_db
def test_the_login_masks_the_password_and_lets_managers_fill_it():
    page = Client().get("/console/login/").content.decode()
    (field,) = [each for each in page.split("<input") if 'name="password"' in each]
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password", ["quiet lanterns drift past seven harbours " * 2, "ñandú über łódź čaj żubr", "zxvkqjwmbphg"]
)
def test_a_password_may_be_long_and_of_any_characters(password):
    person = UserFactory(role=TS, password=OLD)
    Api(person).patch("/me/", {"password": password, "current_password": OLD}, expect=200)
    person.refresh_from_db()
    assert person.check_password(password)


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_other_sites():
    browser = entered(UserFactory(role=TS, password=OLD))
    cookies = {name: (bool(each["httponly"]), each["samesite"]) for name, each in browser.cookies.items()}
    assert cookies["sessionid"] == (True, "Lax")
    assert {samesite for _, samesite in cookies.values()} == {"Lax"}


@pytest.mark.django_db
def test_a_new_installation_has_no_account_that_can_log_in():
    assert [each for each in User.objects.all() if each.has_usable_password()] == []
    assert list(User.objects.all()) == [system_principal()]


@pytest.mark.django_db
def test_a_session_in_use_ends_after_its_longest_time(settings):
    person = UserFactory(role=TS, password=OLD)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = entered(person)
        for _ in range(settings.SESSION_COOKIE_AGE // 3600):
            assert is_in(browser)
            clock.shift(timedelta(hours=1))
        assert not is_in(browser)


def test_every_dependency_is_locked_with_its_digest_and_comes_from_one_place():
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    others = [each for each in packages if "registry" in each["source"]]
    files = [
        file for each in others for file in (*each.get("wheels", ()), *([each["sdist"]] if "sdist" in each else ()))
    ]
    assert len({each["source"]["registry"] for each in others}) == 1
    assert [each["name"] for each in packages if each not in others] == ["ims"]
    assert [file["url"] for file in files if not file["hash"].startswith("sha256:")] == []


def test_the_image_contains_named_folders_only():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert [each for each in lines if each.startswith("!.") or each in ("!tests", "!docs", "!tools")] == []
