"""Retries by `safely` of the Python client: conditions, waits, and a single execution by the server."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from ims_client import AuthenticatedClient
from ims_client.api.audit_entries import audit_entries_list
from ims_client.api.incidents import incidents_add_note, incidents_list, incidents_notes_list
from ims_client.errors import UnexpectedStatus
from ims_client.models import CodeEnum, Note, NoteRequest, Problem
from ims_sdk import Refused, answer, connect, every, follow, safely

ADDRESS = "http://ims.example"
KEY = "Idempotency-Key"
THEN = datetime(2026, 3, 2, 9, 56, tzinfo=UTC)
WRITTEN = Note(7, 1, "Told the bank.", False, created_at=THEN, updated_at=THEN, created_by_id=2, updated_by_id=2)


def problem(status: int, code: CodeEnum, retry_after: str | None = None) -> httpx.Response:
    document = Problem(
        type_="about:blank",
        title="",
        status=status,
        detail="",
        code=code,
        error_class="tool_failure",
        sop=[],
        rule="",
        errors=[],
        operation=None,
        next_="",
        transfer_to_human=False,
        request_id="",
    )
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return httpx.Response(status, json=document.to_dict(), headers=headers)


class Stub:
    """A stub server with prepared responses that records the keys and the caller's waits."""

    def __init__(self, *outcomes: httpx.Response | Exception) -> None:
        self.outcomes = iter(outcomes)
        self.keys: list[str] = []
        self.waits: list[float] = []
        self.client = with_transport(connect(ADDRESS, "a token"), ADDRESS, httpx.MockTransport(self.respond))

    def respond(self, request: httpx.Request) -> httpx.Response:
        self.keys.append(request.headers.get(KEY, ""))
        outcome = next(self.outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def write(self, key: str | None = None) -> Note:
        body = NoteRequest(body="Told the bank.")
        return safely(
            lambda key: incidents_add_note.sync_detailed(1, client=self.client, body=body, idempotency_key=key),
            key=key,
            wait=self.waits.append,
        )

    def read(self) -> list[int]:
        """The ids of the notes of an incident, from all pages."""
        notes = every(
            lambda cursor: incidents_notes_list.sync_detailed(1, client=self.client, cursor=cursor),
            wait=self.waits.append,
        )
        return [each.id for each in notes]

    def read_without_headers(self) -> list[int]:
        notes = every(
            lambda cursor: incidents_notes_list.sync(1, client=self.client, cursor=cursor), wait=self.waits.append
        )
        return [each.id for each in notes]

    def follow(self) -> list[str]:
        """The cursors of the trail's pages."""
        pages = follow(
            lambda after: audit_entries_list.sync_detailed(client=self.client, after=after), wait=self.waits.append
        )
        return [cursor for _, cursor in pages]


def with_transport(client: AuthenticatedClient, address: str, transport: httpx.BaseTransport) -> AuthenticatedClient:
    headers = {"Authorization": f"Token {client.token}"}
    return client.set_httpx_client(httpx.Client(base_url=address, headers=headers, transport=transport))


def page(following: str | None = None) -> httpx.Response:
    """A page with one note."""
    return httpx.Response(200, json={"next": following, "previous": None, "results": [WRITTEN.to_dict()]})


def end_of_trail() -> httpx.Response:
    members: list[str] = []
    cursors = {"next": ADDRESS, "previous": None, "after": "9", "horizon": "9"}
    return httpx.Response(200, json={**cursors, "results": members})


def written() -> httpx.Response:
    return httpx.Response(201, json=WRITTEN.to_dict())


PASSING: dict[str, Callable[[], httpx.Response | Exception]] = {
    "no connection": lambda: httpx.ConnectError("refused"),
    "no answer in time": lambda: httpx.ReadTimeout("too slow"),
    "the connection broke": lambda: httpx.RemoteProtocolError("gone"),
    "throttled": lambda: problem(429, "throttled"),
    "unavailable": lambda: problem(503, "database_unavailable"),
    "a proxy without its server": lambda: httpx.Response(502, html="<h1>Bad gateway</h1>"),
    "a proxy's own document": lambda: httpx.Response(503, json={"message": "no upstream"}),
    "a proxy that says 503": lambda: httpx.Response(503, html="<h1>Unavailable</h1>"),
}


@pytest.mark.parametrize("passing", PASSING.values(), ids=PASSING)
def test_temporary_failures_are_retried_with_the_same_key(passing: Callable[[], httpx.Response | Exception]) -> None:
    stub = Stub(passing(), passing(), written())

    assert stub.write().id == 7
    assert len(stub.keys) == 3
    assert len(set(stub.keys)) == 1
    assert 0.5 <= stub.waits[0] <= 1 <= stub.waits[1] <= 2


@pytest.mark.parametrize("passing", PASSING.values(), ids=PASSING)
def test_reads_are_repeated_page_by_page(passing: Callable[[], httpx.Response | Exception]) -> None:
    following = f"{ADDRESS}/?cursor=c"
    stub = Stub(passing(), page(following), passing(), passing(), page())

    assert stub.read() == [7, 7]
    assert len(stub.waits) == 3
    assert 0.5 <= stub.waits[0] <= 1 <= stub.waits[2] <= 2
    assert Stub(passing(), page(following), passing(), page()).read_without_headers() == [7, 7]
    assert Stub(passing(), end_of_trail()).follow() == ["9"]


def test_a_read_respects_retry_after() -> None:
    stub = Stub(problem(429, "throttled", "20"), page())

    assert stub.read() == [7]
    assert 20.5 <= stub.waits[0] <= 21


def test_a_refused_read_is_not_retried_and_attempts_are_limited() -> None:
    refused = Stub(problem(403, "role_not_permitted"))
    with pytest.raises(Refused, match="role_not_permitted"):
        refused.read()
    lost = Stub(*[httpx.ConnectError("refused")] * 6)
    with pytest.raises(httpx.ConnectError):
        lost.read()

    assert refused.waits == []
    assert len(lost.waits) == 4


def test_the_callers_own_key_is_sent() -> None:
    stub = Stub(httpx.ConnectError("refused"), written())
    stub.write("note-of-4711")

    assert stub.keys == ["note-of-4711"] * 2


def test_each_write_has_its_own_key() -> None:
    stub = Stub(written(), written())
    stub.write()
    stub.write()

    assert len(set(stub.keys)) == 2
    assert stub.waits == []


def test_a_write_respects_retry_after() -> None:
    stub = Stub(problem(503, "database_unavailable", "30"), written())
    stub.write()

    assert 30.5 <= stub.waits[0] <= 31


def test_a_date_in_retry_after_is_ignored() -> None:
    stub = Stub(problem(503, "database_unavailable", "Mon, 02 Mar 2026 10:00:00 GMT"), written())
    stub.write()

    assert stub.waits[0] <= 1


REFUSED: dict[str, httpx.Response] = {
    "a rule": problem(409, "precondition_failed"),
    "a defect": problem(500, "internal_error"),
    "a wait too long": problem(429, "throttled", "3600"),
}


@pytest.mark.parametrize("refusal", REFUSED.values(), ids=REFUSED)
def test_permanent_refusals_are_raised_at_once(refusal: httpx.Response) -> None:
    stub = Stub(refusal)

    with pytest.raises(Refused):
        stub.write()
    assert stub.waits == []


def test_undocumented_responses_are_raised_at_once() -> None:
    stub = Stub(httpx.Response(418))

    with pytest.raises(UnexpectedStatus):
        stub.write()


def test_attempts_are_limited() -> None:
    refused = Stub(*[problem(503, "database_unavailable")] * 6)
    with pytest.raises(Refused, match="database_unavailable"):
        refused.write()
    lost = Stub(*[httpx.ConnectError("refused")] * 6)
    with pytest.raises(httpx.ConnectError):
        lost.write()

    assert (len(refused.keys), len(refused.waits)) == (5, 4)
    assert (len(lost.keys), len(lost.waits)) == (5, 4)


class Losing(httpx.HTTPTransport):
    """Sends every request, and loses the answer to the first write."""

    lost = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if request.method == "POST" and not self.lost:
            self.lost = True
            response.close()
            raise httpx.ReadError("the connection broke", request=request)
        return response


def test_a_lost_answer_does_not_write_twice(ines: AuthenticatedClient, demonstration: str) -> None:
    transport = Losing()
    client = with_transport(ines, demonstration, transport)
    incident = answer(incidents_list.sync(client=client)).results[0]
    body = NoteRequest(body=f"Told the bank, {uuid4()}.")

    note = safely(
        lambda key: incidents_add_note.sync_detailed(incident.id, client=client, body=body, idempotency_key=key),
        wait=lambda seconds: None,
    )

    notes = every(lambda cursor: incidents_notes_list.sync(incident.id, client=client, cursor=cursor))
    assert transport.lost
    assert [each.id for each in notes if each.body == body.body] == [note.id]
