"""Lists, tables and the trail through the Python client, in the demonstration's world."""

import csv
from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
from ims_client import AuthenticatedClient
from ims_client.api.audit_entries import audit_entries_list, audit_entries_list_partial
from ims_client.api.incidents import (
    incidents_list,
    incidents_list_partial,
    incidents_retrieve,
    incidents_retrieve_partial,
)
from ims_client.models import Client, IncidentStatusEnum
from ims_client.types import UNSET
from ims_sdk import Refused, answer, connect, every, follow, table

SEVERAL: list[IncidentStatusEnum] = ["resolved", "closed"]
INCIDENTS = "/api/v1/incidents/"


def test_several_values_of_one_parameter(ines: AuthenticatedClient) -> None:
    found = answer(incidents_list.sync(client=ines, status_in=SEVERAL)).results

    assert {each.status for each in found} == {*SEVERAL}


def test_a_row_of_a_list_has_every_member(ines: AuthenticatedClient) -> None:
    for row in answer(incidents_list.sync(client=ines, expand=["client"])).results:
        title: str = row.title
        changed: datetime = row.updated_at
        assert isinstance(row.client, Client)
        alone = answer(incidents_retrieve.sync(row.id, client=ines))
        assert (alone.title, alone.updated_at) == (title, changed)


def test_selected_members_are_a_separate_operation(ines: AuthenticatedClient) -> None:
    page = incidents_list_partial.sync(
        client=ines, fields=["title", "status"], expand=["client", "component"], status_in=SEVERAL
    )
    found = answer(page).results

    assert {each.status for each in found} == {*SEVERAL}
    assert {tuple(each.to_dict()) for each in found} == {("id", "title", "status", "client", "component")}
    assert found[0].severity is UNSET
    one = answer(incidents_retrieve_partial.sync(found[0].id, client=ines, fields=["title"]))
    assert one.to_dict() == {"id": found[0].id, "title": found[0].title}


def test_all_pages_of_chosen_members(ines: AuthenticatedClient) -> None:
    found = every(lambda cursor: incidents_list_partial.sync(client=ines, fields=["id"], page_size=1, cursor=cursor))

    assert [each.id for each in found] == [each.id for each in answer(incidents_list.sync(client=ines)).results]


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


def test_a_refused_list_has_no_pages(ines: AuthenticatedClient) -> None:
    with pytest.raises(Refused, match="invalid_filter"):
        next(every(lambda cursor: incidents_list.sync(client=ines, page_size=1000, cursor=cursor)))


def test_the_trail_has_no_last_page(ines: AuthenticatedClient) -> None:
    endless = every(lambda _: audit_entries_list.sync(client=ines, after="0", page_size=1))

    with pytest.raises(ValueError, match="there is no cursor in"):
        list(endless)


def test_the_trail_is_followed_to_its_end_and_later_continued(ines: AuthenticatedClient) -> None:
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


@pytest.mark.parametrize("page_size", [1, 7, 200])
def test_following_ends_though_it_reads_its_own_discoveries(ines: AuthenticatedClient, page_size: int) -> None:
    begin = str(answer(audit_entries_list.sync(client=ines)).results[0].id)
    for _ in range(5):
        incidents_list.sync(client=ines)

    pages = list(
        follow(
            lambda after: audit_entries_list.sync(
                client=ines, after=after, include_discovery=True, page_size=page_size
            ),
            begin,
        )
    )

    ids = [entry.id for entries, _ in pages for entry in entries]
    assert ids == sorted(set(ids))
    assert len(ids) >= 5
    assert int(pages[-1][1]) >= ids[-1]


def test_chosen_members_of_the_trail_are_followed(ines: AuthenticatedClient) -> None:
    pages = follow(lambda after: audit_entries_list_partial.sync(client=ines, after=after, fields=["operation"]))

    assert {tuple(entry.to_dict()) for entries, _ in pages for entry in entries} == {("id", "operation")}


def test_a_list_that_has_no_cursor_is_not_followed(ines: AuthenticatedClient) -> None:
    with pytest.raises(ValueError, match="read it with `after`"):
        list(follow(lambda _: audit_entries_list.sync(client=ines)))


def test_a_table(ines: AuthenticatedClient) -> None:
    found = answer(incidents_list.sync(client=ines, status_in=SEVERAL)).results

    rows = list(csv.DictReader(table(ines, INCIDENTS, status__in=[*SEVERAL], fields="title,status")))

    assert rows == [{"id": str(each.id), "title": each.title, "status": each.status} for each in found]


def test_a_refused_table_raises(ines: AuthenticatedClient) -> None:
    with pytest.raises(Refused, match="invalid_filter"):
        next(table(ines, INCIDENTS, page_size=10))


def test_lines_of_a_table_are_complete_for_any_chunking() -> None:
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
