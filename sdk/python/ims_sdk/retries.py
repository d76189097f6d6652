"""Writing so that a lost answer, a limit or a short outage does no harm."""

import random
import time
from collections.abc import Callable
from http import HTTPStatus
from json import JSONDecodeError
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from ims_client.errors import UnexpectedStatus
from ims_client.models import Problem
from ims_client.types import Response

from ims_sdk.answers import answer

Answer = TypeVar("Answer")

BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
# Nothing is known about the request after these. A proxy that has lost the server speaks HTML, or JSON of its own, in
# which the members of a problem document are missed.
LOST = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, JSONDecodeError, KeyError)
# What a proxy says that has no documented answer to pass on.
LOST_BEHIND_A_PROXY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
# Who has to wait for longer than so many seconds is told so instead.
LONGEST_WAIT = 60.0


def safely(
    call: Callable[[str], Response[Answer | Problem]],
    *,
    attempts: int = 5,
    wait: Callable[[float], object] = time.sleep,
) -> Answer:
    """Carry out a write once, however often it must be sent: every repeat has the same Idempotency-Key.

        safely(lambda key: incidents_create.sync_detailed(client=ims, body=body, idempotency_key=key))

    It repeats what got no answer, 429 and 503, after the seconds of Retry-After and a growing, random pause.
    Arguments: the call, which takes the key; how often to send it at most; what waits for a number of seconds.
    Raises Refused, or what the last attempt raised when there was no answer.
    """
    key = str(uuid4())
    for sent in range(attempts - 1):
        response = _unless_lost(call, key)
        asked = _seconds(response)
        if response is not None and (response.status_code not in BUSY or asked > LONGEST_WAIT):
            return answer(response.parsed)
        wait(asked + random.uniform(0.5, 1) * 2**sent)  # noqa: S311
    return answer(call(key).parsed)


def _unless_lost(call: Callable[[str], Response[Answer]], key: str) -> Response[Answer] | None:
    """The response; None when there was no answer from the server."""
    try:
        return call(key)
    except LOST:
        return None
    except UnexpectedStatus as unexpected:
        if unexpected.status_code in LOST_BEHIND_A_PROXY:
            return None
        raise


def _seconds(response: Response[Any] | None) -> float:
    """What Retry-After asks for; 0 when it is not there, or is a date, which only others than the server send."""
    said = response.headers.get("Retry-After", "") if response is not None else ""
    return float(said) if said.isascii() and said.isdigit() else 0.0
