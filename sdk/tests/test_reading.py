"""Lists, tables and the trail through the Python client, in the demonstration's world."""

import csv
from collections.abc import Iterator

import httpx
import pytest
from ims_client import AuthenticatedClient
from ims_client.api.audit_entries import audit_entries_list
from ims_client.api.incidents import incidents_list
from ims_client.models import IncidentsListStatusInItem
from ims_sdk import Refused, answer, connect, every, follow, table

SEVERAL: list[IncidentsListStatusInItem] = ["resolved", "closed"]
INCIDENTS = "/api/v1/incidents/"


def test_several_values_of_one_parameter(ines: AuthenticatedClient) -> None:
    page = incidents_list.sync(
        client=ines, fields=["title", "status"], expand=["client", "component"], status_in=SEVERAL
    )
    found = [each.to_dict() for each in answer(page).results]

    assert {each["status"] for each in found} == {*SEVERAL}
    assert {tuple(each) for each in found} == {("id", "title", "status", "client", "component")}


def test_the_trail_needs_no_other_parameters(ines: AuthenticatedClient) -> None:
    newest_first = answer(audit_entries_list.sync(client=ines)).results
    oldest_first = answer(audit_entries_list.sync(client=ines, after="0")).results

    assert newest_first[0].id > newest_first[1].id
    assert oldest_first[0].id < oldest_first[1].id


def test_the_records_of_all_pages(ines: AuthenticatedClient) -> None:
    found = answer(incidents_list.sync(client=ines, status_in=SEVERAL, ordering="created_at")).results

    one_by_one = every(
        lambda cursor: incidents_list.sync(
            client=ines, status_in=SEVERAL, ordering="created_at", page_size=1, cursor=cursor
        )
    )

    assert len(found) > 1
    assert list(one_by_one) == found


def test_no_pages_of_what_is_refused(ines: AuthenticatedClient) -> None:
    with pytest.raises(Refused, match="invalid_filter"):
        next(every(lambda cursor: incidents_list.sync(client=ines, page_size=1000, cursor=cursor)))


def test_the_trail_has_no_last_page(ines: AuthenticatedClient) -> None:
    endless = every(lambda _: audit_entries_list.sync(client=ines, after="0", page_size=1))

    with pytest.raises(ValueError, match="there is no cursor in"):
        list(endless)


def test_the_trail_is_followed_to_its_end_and_from_there(ines: AuthenticatedClient) -> None:
    found = answer(audit_entries_list.sync(client=ines, after="0", operation="incident.create")).results

    pages = list(
        follow(
            lambda after: audit_entries_list.sync(client=ines, after=after, operation="incident.create", page_size=1)
        )
    )

    assert len(found) > 1
    assert [entry for entries, _ in pages for entry in entries] == found
    kept = pages[-1][1]
    again = follow(lambda after: audit_entries_list.sync(client=ines, after=after, operation="incident.create"), kept)
    assert [entries for entries, _ in again] == [[]]


def test_a_table(ines: AuthenticatedClient) -> None:
    found = answer(incidents_list.sync(client=ines, status_in=SEVERAL)).results

    rows = list(csv.DictReader(table(ines, INCIDENTS, status__in=[*SEVERAL], fields="title,status")))

    assert rows == [{"id": str(each.id), "title": each.title, "status": each.status} for each in found]


def test_no_table_of_what_is_refused(ines: AuthenticatedClient) -> None:
    with pytest.raises(Refused, match="invalid_filter"):
        next(table(ines, INCIDENTS, page_size=10))


def test_lines_of_a_table_are_whole_wherever_the_transfer_cuts_them() -> None:
    def pieces() -> Iterator[bytes]:
        yield b'id,title\r\n1,"one\r'
        yield b'\ntwo"\r\n2,'
        yield "three\u2028four".encode()

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=pieces()))
    client = connect("http://ims.example", "a token")
    client.set_httpx_client(httpx.Client(base_url="http://ims.example", transport=transport))

    lines = list(table(client, INCIDENTS))

    assert lines == ["id,title\r\n", '1,"one\r\n', 'two"\r\n', "2,three\u2028four"]
    assert list(csv.reader(lines)) == [["id", "title"], ["1", "one\r\ntwo"], ["2", "three\u2028four"]]
