"""Downloads of files, which the generated methods do not support."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import httpx
from ims_client import AuthenticatedClient
from ims_client.api.incident_reports import incident_reports_download
from ims_client.models import Problem

from ims_sdk.answers import Refused

Format = Literal["json", "md", "html", "pdf"]
Value = str | int | Sequence[str] | Sequence[int]


def download(client: AuthenticatedClient, report_id: int, form: Format = "pdf") -> bytes:
    """A report as a file. Raises Refused."""
    address = incident_reports_download._get_kwargs(report_id, as_=form)
    response = client.get_httpx_client().request(**address)
    _refuse(response)
    return response.content


def table(client: AuthenticatedClient, path: str, /, **query: Value) -> Iterator[str]:
    """Every record of a list as lines of CSV with their line ends, for `csv.DictReader` or a file's `writelines`.

    The request is sent when the first line is read, and the response is streamed, so it may be long. Arguments: the
    client, the path of the list, and its parameters, named as in the API: `status__in=["open"]`. Raises Refused, and
    httpx.RemoteProtocolError for an interrupted table: discard what was read.
    """
    accept = {"Accept": "text/csv"}
    with client.get_httpx_client().stream("GET", path, params=query, headers=accept) as response:
        _refuse(response)
        yield from _lines(response.iter_text())


def _refuse(response: httpx.Response) -> None:
    if response.is_error:
        response.read()
        raise Refused(Problem.from_dict(response.json()))


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Splits at line feeds only: cells may contain other characters that str.splitlines treats as line ends."""
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from (f"{line}\n" for line in lines)
    if rest:
        yield rest
