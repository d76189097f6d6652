"""Requests that a lost answer, a limit or a short outage does no harm to."""

import random
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from json import JSONDecodeError
from typing import Protocol, TypeVar, runtime_checkable
from uuid import uuid4

import httpx
from ims_client.errors import UnexpectedStatus
from ims_client.models import Problem

from ims_sdk.answers import answer

Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)

ATTEMPTS = 5
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
# Nothing is known about the request after these. A proxy that has lost the server speaks HTML, or JSON of its own, in
# which the members of a problem document are missed.
LOST = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, JSONDecodeError, KeyError)
# What a proxy says that has no documented answer to pass on.
LOST_BEHIND_A_PROXY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
# Who has to wait for longer than so many seconds gets the refusal instead.
MAX_WAIT = 60.0

Wait = Callable[[float], object]


@runtime_checkable
class Detailed(Protocol[Answer_co]):
    """What `sync_detailed` of an operation returns: the parsed answer, and the headers."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def parsed(self) -> Answer_co | None: ...


def safely(
    call: Callable[[str], Detailed[Answer | Problem]],
    *,
    key: str | None = None,
    attempts: int = ATTEMPTS,
    wait: Wait = time.sleep,
) -> Answer:
    """Carry out a write once, however often it must be sent: every repeat has the same Idempotency-Key.

        safely(lambda key: incidents_create.sync_detailed(client=ims, body=body, idempotency_key=key))

    It repeats what got no answer, 429 and 503, after the seconds of Retry-After and a growing, random pause.
    Arguments: the call, which takes the key; a key of your own, kept with what is to be written, so that the write is
    carried out once even if this program restarts; how often to send it at most; what waits for some seconds.
    Raises Refused, or what the last attempt raised when there was no answer.
    """
    same = str(uuid4()) if key is None else key
    return repeated(lambda: call(same), attempts, wait)


def repeated(call: Callable[[], Detailed[Answer | Problem]], attempts: int, wait: Wait) -> Answer:
    """The answer of a request that may be sent again. Raises Refused, or what the last attempt raised."""
    for sent in range(attempts - 1):
        response = _unless_lost(call)
        asked = _seconds(response)
        if response is not None and (not _busy(response.parsed) or asked > MAX_WAIT):
            return answer(response.parsed)
        wait(asked + random.uniform(0.5, 1) * 2**sent)  # noqa: S311
    return answer(call().parsed)


def _busy(parsed: object) -> bool:
    return isinstance(parsed, Problem) and parsed.status in BUSY


def _unless_lost(call: Callable[[], Detailed[Answer]]) -> Detailed[Answer] | None:
    """The response; None when there was no answer from the server."""
    try:
        return call()
    except LOST:
        return None
    except UnexpectedStatus as unexpected:
        if unexpected.status_code in LOST_BEHIND_A_PROXY:
            return None
        raise


def _seconds(response: Detailed[object] | None) -> float:
    """What Retry-After asks for; 0 when it is not there, or is a date, which only others than the server send."""
    said = response.headers.get("Retry-After", "") if response is not None else ""
    return float(said) if said.isascii() and said.isdigit() else 0.0
