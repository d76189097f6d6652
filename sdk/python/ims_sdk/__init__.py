"""What makes the generated client comfortable: a login, answers without their unions, refusals as exceptions.

    ims = login("https://ims.example.org", "eva@example.org", "nine quiet lanterns drift")
    incident = answer(incidents_retrieve.sync(7, client=ims))

Every operation of the API is a module of `ims_client.api.<tag>`, with `sync` and `asyncio`, and `sync_detailed` and
`asyncio_detailed` for who needs the headers, too.
"""

from typing import Literal, TypeVar

from ims_client import AuthenticatedClient, Client
from ims_client.api.auth import auth_token_login
from ims_client.api.incident_reports import incident_reports_download
from ims_client.models import LoginRequest, Problem

Answer = TypeVar("Answer")
Format = Literal["json", "md", "html", "pdf"]


class Refused(Exception):
    """The server refused: `problem` tells the code, every failing item, the rule and what to do next."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.code}: {problem.detail} {problem.next_}")


def connect(address: str, token: str) -> AuthenticatedClient:
    """A client that acts as the owner of a token. An undocumented answer raises `UnexpectedStatus`."""
    return AuthenticatedClient(address, token, prefix="Token", raise_on_unexpected_status=True)


def anonymous(address: str) -> Client:
    """A client for what needs no login."""
    return Client(address, raise_on_unexpected_status=True)


def login(address: str, email: str, password: str) -> AuthenticatedClient:
    """A client that acts as a person, with a new token. Raises Refused."""
    body = LoginRequest(email=email, password=password)
    return connect(address, answer(auth_token_login.sync(client=anonymous(address), body=body)).token)


def answer(parsed: Answer | Problem | None) -> Answer:
    """What the server answered, if it did what it was asked. Raises Refused."""
    if isinstance(parsed, Problem):
        raise Refused(parsed)
    if parsed is None:
        raise ValueError("the answer is not one of those that are described")
    return parsed


def download(client: AuthenticatedClient, report_id: int, form: Format = "pdf") -> bytes:
    """A report as a file. Raises Refused."""
    address = incident_reports_download._get_kwargs(report_id, as_=form)
    response = client.get_httpx_client().request(**address)
    if response.is_error:
        raise Refused(Problem.from_dict(response.json()))
    return response.content
