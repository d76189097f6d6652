"""/metrics: names, access, and the sum over several workers."""

import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import OperationalError
from django.dispatch import Signal
from django.test import Client
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from core.errors import AuditTrailFailure
from core.reading import collections
from core.signals import request_throttled, request_uncounted, send_metric
from ims.observing import metrics
from tests.api import Api
from tests.live import new_installation, served
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, IM
from vendors.serializers import VendorOutput

TOKEN = "a token for the figures"


def figures(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(text)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def figure(text: str, name: str, **labels: str) -> float:
    """One figure; only its own lines are parsed, for a process that has run other tests counts thousands."""
    lines = [line for line in text.splitlines(keepends=True) if line.startswith((f"{name} ", f"{name}{{"))]
    return figures("".join(lines)).get((name, frozenset(labels.items())), 0)


@pytest.fixture(autouse=True)
def _few_figures() -> None:
    """Forget the thousands of series of other tests: writing them all out takes longer than everything else here."""
    for each in vars(metrics).values():
        if isinstance(each, MetricWrapperBase) and each._labelnames:
            each.clear()


class Figures:
    """The counts since the beginning of the test."""

    def __init__(self) -> None:
        self.before = self._now()

    def _now(self) -> str:
        return Client().get("/metrics").content.decode()

    def grown(self, name: str, **labels: str) -> float:
        return figure(self._now(), name, **labels) - figure(self.before, name, **labels)


@pytest.mark.django_db
def test_a_request_is_counted_by_method_operation_and_status() -> None:
    vendor, caller, since = VendorFactory(), Api(UserFactory(role=IM)), Figures()
    caller.get("/vendors/", expect=200)
    caller.get(f"/vendors/{vendor.pk}/", expect=200)
    caller.get("/analytics/", expect=200)
    assert since.grown("ims_requests_total", method="GET", operation="vendor.list", status="200") == 1
    assert since.grown("ims_requests_total", method="GET", operation="vendor.retrieve", status="200") == 1
    assert since.grown("ims_request_seconds_count", operation="vendor.list") == 1
    assert since.grown("ims_request_statements_count", operation="vendor.retrieve") == 1
    assert 2 <= since.grown("ims_request_statements_sum", operation="vendor.retrieve") <= 8


@pytest.mark.django_db
def test_a_refusal_is_counted_by_code_and_operation() -> None:
    since = Figures()
    Api(UserFactory(role=CC)).post("/vendors/", {}, expect=403)
    Api().get("/vendors/", expect=401)
    Client().get("/console/incidents/incident/?q=%00")
    assert since.grown("ims_refusals_total", code="role_not_permitted", operation="vendor.create") == 1
    assert since.grown("ims_refusals_total", code="not_authenticated", operation="vendor.list") == 1
    assert since.grown("ims_refusals_total", code="invalid_filter", operation="console") == 1


@pytest.mark.django_db
def test_a_failure_of_the_audit_trail_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise AuditTrailFailure

    caller, since = Api(UserFactory(role=IM)), Figures()
    monkeypatch.setattr("audit.receivers.record_discovery", fail)
    caller.get("/vendors/", expect=503, code="audit_trail_failure")
    assert since.grown("ims_audit_failures_total") == 1


TABLE = {"Accept": "text/csv"}
OF_LIST = {"operation": "vendor.list"}


@pytest.fixture
def _own_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the connection open at the end of a response, because the test still uses it."""
    monkeypatch.setattr(request_finished, "send", lambda **told: None)


def told(since: Figures) -> tuple[float, ...]:
    """The metrics of a streamed table: responses with 200, timed responses, aborted transfers, and active requests."""
    return (
        since.grown("ims_requests_total", method="GET", status="200", **OF_LIST),
        since.grown("ims_request_seconds_count", **OF_LIST),
        since.grown("ims_broken_streams_total", **OF_LIST),
        since.grown("ims_requests_in_progress"),
    )


@pytest.mark.usefixtures("_own_connection")
@pytest.mark.django_db
def test_a_table_is_measured_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "BATCH", 2)
    VendorFactory.create_batch(5)
    caller, since = Api(UserFactory(role=IM)), Figures()
    answer = caller.get("/vendors/", expect=200, **TABLE)
    assert told(since) == (0, 0, 0, 1)
    time.sleep(0.05)
    assert len(b"".join(answer.streaming_content).splitlines()) == 6
    assert told(since) == (1, 1, 0, 0)
    answer.close()
    assert told(since) == (1, 1, 0, 0)
    assert since.grown("ims_request_seconds_sum", **OF_LIST) > 0.05
    statements = since.grown("ims_request_statements_sum", **OF_LIST)

    caller.get("/vendors/?page_size=2", expect=200)
    assert since.grown("ims_request_statements_sum", **OF_LIST) - statements <= statements - 2


@pytest.mark.django_db
def test_a_table_that_breaks_off_is_counted_as_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "BATCH", 2)
    VendorFactory.create_batch(5)
    since = Figures()
    answer = Api(UserFactory(role=IM)).get("/vendors/", expect=200, **TABLE)
    monkeypatch.setattr(VendorOutput, "named", _gone)
    with pytest.raises(OperationalError):
        b"".join(answer.streaming_content)
    assert told(since) == (1, 1, 1, 0)


@pytest.mark.usefixtures("_own_connection")
@pytest.mark.django_db
def test_a_reader_who_leaves_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "BATCH", 2)
    VendorFactory.create_batch(5)
    caller = Api(UserFactory(role=IM))
    for read in (0, 1):
        since, answer = Figures(), caller.get("/vendors/", expect=200, **TABLE)
        pieces = iter(answer.streaming_content)
        for _ in range(read):
            next(pieces)
        answer.close()
        assert told(since) == (1, 1, 0, 0)


def _gone(*args: Any) -> None:
    raise OperationalError("the database is gone")


@pytest.mark.django_db
def test_a_replayed_answer_is_counted() -> None:
    caller, since = Api(UserFactory(role=IM)), Figures()
    for _ in range(2):
        caller.post("/incidents/classify/", {"localized": True}, expect=200, **{"Idempotency-Key": "once"})
    assert since.grown("ims_replays_total", operation="incident.classify") == 1


@pytest.mark.parametrize(
    ("signal", "name"), [(request_throttled, "ims_throttled"), (request_uncounted, "ims_uncounted")]
)
def test_what_limits_do_is_counted_by_limit(signal: Signal, name: str) -> None:
    since = Figures()
    send_metric(signal, limit="login")
    assert since.grown(f"{name}_total", limit="login") == 1


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/api/v1/nowhere/12345/", "unrouted"),
        ("/console/nowhere/", "console"),
        ("/static/nowhere.css", "static"),
        ("/healthz", "healthz"),
    ],
)
def test_what_is_no_operation_has_one_name_for_all_its_paths(path: str, operation: str) -> None:
    since = Figures()
    status = str(Client().get(path).status_code)
    assert since.grown("ims_requests_total", method="GET", operation=operation, status=status) == 1


def test_an_invented_method_makes_no_series_of_its_own() -> None:
    since = Figures()
    Client().generic("BREW", "/api/v1/nowhere/")
    assert since.grown("ims_requests_total", method="other", operation="unrouted", status="404") == 1


# -- for whom


def test_the_figures_are_for_callers_on_this_machine(client: Client) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer["Content-Type"].startswith("text/plain; version=")


@pytest.mark.parametrize(
    "caller",
    [
        {"REMOTE_ADDR": "192.0.2.1"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
    ],
)
def test_for_others_there_is_no_such_page(client: Client, caller: dict[str, str]) -> None:
    answer = client.get("/metrics", **caller)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_behind_a_proxy_the_machine_itself_needs_the_token_too(client: Client, settings: Any) -> None:
    settings.IMS_TRUSTED_PROXIES = 1
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", f"Token {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"])
def test_with_a_token_they_are_for_its_bearer_alone(client: Client, settings: Any, sent: str) -> None:
    settings.IMS_METRICS_TOKEN = TOKEN
    refused = client.get("/metrics", headers={"Authorization": sent} if sent else {})
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    elsewhere = {"REMOTE_ADDR": "192.0.2.1", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
    assert client.get("/metrics", **elsewhere).status_code == 200


def test_guesses_of_the_token_are_limited(client: Client, settings: Any) -> None:
    settings.IMS_METRICS_TOKEN, settings.IMS_RATES = TOKEN, {**settings.IMS_RATES, "address": (2, 3600)}
    caller = {"REMOTE_ADDR": "192.0.2.77"}
    answers = [client.get("/metrics", **caller).status_code for _ in range(20)]
    assert set(answers) == {401, 429}
    assert client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}", **caller).status_code == 200


def test_the_figures_are_only_read(client: Client) -> None:
    assert client.post("/metrics").status_code == 405


# -- several workers


def test_what_several_workers_count_is_one_sum(tmp_path: Path) -> None:
    environment = new_installation(tmp_path, migrated=True, IMS_RATE_ADDRESS="off")
    asked, workers = 0, set()
    with served(environment, "--threads", "1", workers=2) as address, ThreadPoolExecutor(8) as callers:

        def ask(_number: int) -> None:
            with urllib.request.urlopen(f"http://{address}/api/v1/docs/", timeout=60):
                pass

        while len(workers) < 2 and asked < 2_000:  # until both workers have answered
            asked += len(list(callers.map(ask, range(40))))
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=60) as answer:
                counted = figures(answer.read().decode())
            workers = {dict(labels)["pid"] for metric, labels in counted if metric == "process_resident_memory_bytes"}
    assert len(workers) == 2
    name = frozenset({"method": "GET", "operation": "docs.page", "status": "200"}.items())
    assert counted["ims_requests_total", name] == asked
    assert counted["ims_requests_in_progress", frozenset()] == 1  # the one that asks


def test_every_figure_is_explained() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text()
    explained = set(re.findall(r"^\| `(ims_\w+)", text, re.MULTILINE))
    shown = set(re.findall(r"^# HELP (ims_\w+)", Client().get("/metrics").content.decode(), re.MULTILINE))
    assert explained == {name for name in shown if not name.endswith("_created")}
