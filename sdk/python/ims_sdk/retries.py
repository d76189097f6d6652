"""Retries after lost responses, rate limits and short outages."""

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
# After these, the outcome of the request is unknown. A proxy without a server responds with HTML, or with JSON that is
# not a problem document.
LOST = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, JSONDecodeError, KeyError)
# The responses of a proxy that cannot reach the server.
LOST_BEHIND_A_PROXY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
# The maximum wait in seconds; a longer Retry-After raises the refusal instead.
MAX_WAIT = 60.0

Wait = Callable[[float], object]


@runtime_checkable
class Detailed(Protocol[Answer_co]):
    """The result of an operation's `sync_detailed`: the parsed response and the headers."""

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
    """Execute a write exactly once: every retry has the same Idempotency-Key.

        safely(lambda key: incidents_create.sync_detailed(client=ims, body=body, idempotency_key=key))

    A request without a response, or with 429 or 503, is retried after Retry-After plus an exponential, random delay.
    Arguments: the call, which takes the key; your own key, stored with the data, so that the write is executed once
    even if this program restarts; the maximum number of attempts; a function that waits for a number of seconds. Raises
    Refused, or the exception of the last attempt.
    """
    same = str(uuid4()) if key is None else key
    return repeated(lambda: call(same), attempts, wait)


def repeated(call: Callable[[], Detailed[Answer | Problem]], attempts: int, wait: Wait) -> Answer:
    """The response to a request that may be retried. Raises Refused, or the exception of the last attempt."""
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
    """The response; None if the server did not respond."""
    try:
        return call()
    except LOST:
        return None
    except UnexpectedStatus as unexpected:
        if unexpected.status_code in LOST_BEHIND_A_PROXY:
            return None
        raise


def _seconds(response: Detailed[object] | None) -> float:
    """The seconds in Retry-After; 0 if it is missing or a date, which the server never sends."""
    said = response.headers.get("Retry-After", "") if response is not None else ""
    return float(said) if said.isascii() and said.isdigit() else 0.0
