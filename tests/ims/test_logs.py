"""Log lines: one for each request, in JSON, with ids, and without the content of requests."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from audit.models import AuditEntry
from core.context import context
from core.reading import collections
from ims.logs import clean, configuration
from tests.api import Api
from tests.console.world import PASSWORD, browser
from tests.live import new_installation, served
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import IM, SA
from users.tokens import new_token
from vendors.serializers import VendorOutput

Lines = Callable[[], list[dict[str, Any]]]
EMAIL, SECRET, BEARER = "ada.byron@example.com", "a wrong but secret password", "x" * 43
TEXT = "Cards are declined in the whole region"


@pytest.fixture
def written() -> Iterator[StringIO]:
    """The application's log lines during the test, as in production."""
    stream, root, requests = StringIO(), logging.getLogger(), logging.getLogger("ims.requests")
    form = configuration({"IMS_ENVIRONMENT": "production"})["formatters"]["line"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ProcessorFormatter(**{name: value for name, value in form.items() if name != "()"}))
    root.addHandler(handler)
    before = requests.level
    requests.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    requests.setLevel(before)


@pytest.fixture
def lines(written: StringIO) -> Lines:
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def test_an_address_of_any_length_is_taken_out_in_time_proportional_to_the_text() -> None:
    long = "a" * 1_000_000
    assert clean(None, "", {"event": f"{long}@example.com wrote; {long}"}) == {"event": f"[address] wrote; {long}"}
    assert clean(None, "", {"event": f"@{long}"}) == {"event": f"@{long}"}


@pytest.mark.django_db
def test_a_request_is_logged_in_one_line_with_user_and_operation(lines: Lines) -> None:
    person, vendor = UserFactory(role=IM), VendorFactory()
    _, secret = new_token(person, agent="night watch")
    asked = Api(None, Authorization=f"Token {secret}", **{"X-Request-ID": "case-7"})
    asked.get(f"/vendors/{vendor.pk}/?", expect=200)
    (line,) = lines()
    assert line.pop("duration_ms") > 0
    assert 2 <= line.pop("statements") <= 8
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "ims.requests",
        "message": "request",
        "request_id": "case-7",
        "actor_id": person.pk,
        "agent": "night watch",
        "operation": "discovery.search",
        "method": "GET",
        "route": "/api/v1/vendors/{id}/",
        "status": 200,
    }
    assert AuditEntry.objects.filter(request_id="case-7").exists()


@pytest.mark.django_db
def test_the_line_of_a_table_that_breaks_off_is_an_error(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("gone")

    person, _ = UserFactory(role=IM), VendorFactory.create_batch(2)
    monkeypatch.setattr(collections, "BATCH", 1)
    answer = Api(person, **{"X-Request-ID": "case-8"}).get("/vendors/", expect=200, Accept="text/csv")
    assert lines() == []
    monkeypatch.setattr(VendorOutput, "named", fail)
    with pytest.raises(OperationalError):
        b"".join(answer.streaming_content)
    broken, line = lines()
    assert broken["message"] == "table transfer failed"
    assert (line["level"], line["status"], line["broken_off"]) == ("error", 200, True)
    assert (line["request_id"], line["actor_id"], line["operation"]) == ("case-8", person.pk, "discovery.search")


@pytest.mark.django_db
def test_a_refusal_names_its_code_and_the_operation(lines: Lines) -> None:
    Api(UserFactory(role=IM)).post("/vendors/", {"surprise": 1}, expect=400)
    Api().post("/users/1/activation-token/", expect=401)
    found = [(line["status"], line["code"], line["operation"], line["route"]) for line in lines()]
    assert found == [
        (400, "validation_error", "vendor.create", "/api/v1/vendors/"),
        (401, "not_authenticated", "user.issue_activation", "/api/v1/users/{id}/activation-token/"),
    ]


@pytest.mark.django_db
def test_console_pages_and_unknown_routes_are_logged(lines: Lines) -> None:
    person = UserFactory(role=IM)
    browser(person).get("/console/vendors/vendor/?q=secret")
    Client().get(f"/nowhere/{EMAIL}/")
    found = [(line.get("actor_id"), line["status"], line.get("route")) for line in lines()]
    assert found == [(person.pk, 200, "/console/vendors/vendor/"), (None, 404, None)]


@pytest.mark.django_db
def test_logs_contain_no_content_of_requests(written: StringIO, lines: Lines) -> None:
    caller = Api(UserFactory(role=SA, email=EMAIL, password=PASSWORD))
    Api().post("/auth/token/", {"email": EMAIL, "password": SECRET}, expect=401)
    token = Api().post("/auth/token/", {"email": EMAIL, "password": PASSWORD}, expect=200).json()["token"]
    caller.post("/incidents/", {"title": TEXT, "description": TEXT, "reporter_id": EMAIL})
    Api(None, Authorization=f"Token {BEARER}").post("/incidents/", {"title": TEXT}, expect=401)
    caller.get(f"/users/?search={EMAIL}", expect=200)
    caller.get(f"/users/?email={EMAIL}&colour=blue", expect=400)
    Client().post("/console/login/", {"username": EMAIL, "password": SECRET})
    Client().get(f"/console/login/?next=/{EMAIL}")
    everything = written.getvalue()
    assert len([line for line in lines() if line["logger"] == "ims.requests"]) == 8
    for secret in (
        EMAIL,
        "ada.byron",
        SECRET,
        PASSWORD,
        token,
        BEARER,
        TEXT,
        "colour",
        caller.headers["Authorization"],
    ):
        assert secret not in everything


@pytest.mark.django_db
def test_a_defect_leaves_its_traceback_and_none_of_its_values(
    written: StringIO, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        confidential = "local".upper()
        raise RuntimeError(f"no such person as {EMAIL}", len(confidential))

    caller = Api(UserFactory(role=IM), **{"X-Request-ID": "case-8"})
    monkeypatch.setattr("vendors.views.VendorViewSet.list", fail)
    assert caller.get("/vendors/?search=hidden").status_code == 500
    defect = next(line for line in lines() if "exception" in line)
    assert (defect["level"], defect["request_id"]) == ("error", "case-8")
    assert "RuntimeError: ('no such person as [address]'" in defect["exception"]
    assert all(line["request_id"] == "case-8" for line in lines())
    for value in ("LOCAL", "hidden", EMAIL):
        assert value not in written.getvalue()


@pytest.mark.django_db
def test_server_errors_are_logged_even_if_requests_are_not(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("gone")

    caller = Api(UserFactory(role=IM))
    monkeypatch.setattr("vendors.views.VendorViewSet.list", fail)
    quiet = configuration({"IMS_ACCESS_LOG": "0"})["loggers"]["ims.requests"]["level"]
    logging.getLogger("ims.requests").setLevel(quiet)
    caller.get("/me/", expect=200)
    caller.get("/vendors/", expect=503)
    (line,) = lines()
    assert (line["level"], line["status"], line["code"]) == ("error", 503, "database_unavailable")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"mail to {EMAIL}.", "mail to [address]."),
        (
            "Error handling request GET /api/v1/users/?search=ada&x=1",
            "Error handling request GET /api/v1/users/?[query]",
        ),
        (f"Invalid header 'Authorization: Token {BEARER}'", "Invalid header 'Authorization: Token [secret]'"),
        (f"bearer {BEARER}", "bearer [secret]"),
        ("The token is not valid. Is it?", "The token is not valid. Is it?"),
    ],
)
def test_lines_of_other_loggers_are_redacted(lines: Lines, said: str, kept: str) -> None:
    with context(request_id="r-1"):
        logging.getLogger("gunicorn.trial").error("%s", said)
    (line,) = lines()
    assert (line["message"], line["request_id"], line["logger"]) == (kept, "r-1", "gunicorn.trial")


def test_a_line_break_begins_no_line(lines: Lines) -> None:
    forged = 'refused\r\n{"level": "info", "message": "all is well"}\u2028\x1b[2K'
    logging.getLogger("gunicorn.trial").error("%s", forged)
    (line,) = lines()
    assert (line["level"], line["message"]) == ("error", forged)


def test_lines_for_people_hold_the_same_and_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    form = configuration({"IMS_ENVIRONMENT": "development"})["formatters"]["line"]
    formatter = ProcessorFormatter(**{name: value for name, value in form.items() if name != "()"})
    confidential = "local".upper()
    try:
        raise ValueError("of no use")
    except ValueError as error:
        record = logging.LogRecord("ims.trial", logging.ERROR, "", 1, "it failed", (), (type(error), error, None))
    line = formatter.format(record)
    assert "it failed" in line
    assert "ValueError: of no use" in line
    assert confidential not in line


def test_a_served_installation_writes_json_and_nothing_else(tmp_path: Any, capfd: pytest.CaptureFixture[str]) -> None:
    environment = new_installation(tmp_path, migrated=True, IMS_LOG_FORMAT="json")
    capfd.readouterr()
    with served(environment, access_log=True):
        pass
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    requests = [line for line in lines if line["logger"] == "ims.requests"]
    assert {line["route"] for line in requests} == {"/healthz"}
    assert not [line for line in lines if line["logger"] == "gunicorn.access"]
