"""How many requests in how much time: for each caller, for each address of strangers, and less for logins.

The counters live in Django's cache: in this process by default, shared by all where CACHE_URL names one. Nothing but
the rate depends on it. A cache that does not answer lets requests through, is left alone for a while, and is
reported.
"""

import logging
import math
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

from core.codes import Code
from core.errors import Refusal
from core.http.addresses import client_address
from core.signals import request_throttled, request_uncounted, send_metric

log = logging.getLogger("ims.limits")

# Seconds for which a cache that has failed is not asked again: waiting for it would slow every request down.
REST = 5


class Limit(BaseThrottle):
    """A counter for each caller and window of time. The windows are the clock's, so the wait ends with the present one.

    `IMS_RATES` holds the rate of each scope, as (requests, seconds); a scope without one is not limited.
    """

    scope: str
    _wait = 0.0
    _rest_until = 0.0

    def ident(self, request: Any) -> str | None:
        """Whose requests are counted together; None for requests that this limit does not concern."""
        raise NotImplementedError

    def allow_request(self, request: Any, view: Any) -> bool:
        rate: tuple[int, int] | None = settings.IMS_RATES[self.scope]
        ident = self.ident(request) if rate else None
        if rate is None or ident is None:
            return True
        requests, seconds = rate
        window, elapsed = divmod(time.time(), seconds)
        self._wait = seconds - elapsed
        allowed = self._count(f"limit:{self.scope}:{ident}:{window:.0f}", seconds) <= requests
        if not allowed:
            send_metric(request_throttled, limit=self.scope)
        return allowed

    def wait(self) -> float:
        """Seconds until the next window begins."""
        return self._wait

    def _count(self, key: str, seconds: int) -> int:
        """How many requests the window has seen, this one included; 0 where the cache cannot tell."""
        if time.monotonic() < Limit._rest_until:
            send_metric(request_uncounted, limit=self.scope)
            return 0
        try:
            return _incremented(key, seconds)
        except Exception as error:  # whatever the library of the cache raises
            Limit._rest_until = time.monotonic() + REST
            log.warning("the cache does not answer (%s): requests go through uncounted", type(error).__name__)
            send_metric(request_uncounted, limit=self.scope)
            return 0


def _incremented(key: str, seconds: int) -> int:
    """Add one to a counter, which begins at 0; both steps are the cache's own, so simultaneous requests all count."""
    try:
        return cache.incr(key)
    except ValueError:  # there is no such counter yet
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key)


class CallerLimit(Limit):
    """Counts what a token, or a session of the console, asks."""

    scope = "caller"

    def ident(self, request: Any) -> str | None:
        known = getattr(request, "auth", None) or (request.user if request.user.is_authenticated else None)
        return f"{type(known).__name__}:{known.pk}" if known else None


class AddressLimit(Limit):
    """Counts what strangers ask from one address."""

    scope = "address"

    def ident(self, request: Any) -> str | None:
        return None if request.user.is_authenticated else str(client_address(request))


class LoginLimit(AddressLimit):
    """Counts the attempts to become somebody from one address."""

    scope = "login"

    def ident(self, request: Any) -> str | None:
        return str(client_address(request))


def enforce(request: HttpRequest, *limits: type[Limit]) -> None:
    """Count a request at a door that is no view of the framework. Raises Refusal (429 throttled)."""
    broken = [limit for limit in (each() for each in limits) if not limit.allow_request(request, None)]
    if broken:
        raise Refusal(Code.THROTTLED, retry_after=math.ceil(max(limit.wait() for limit in broken)), rule="rate_limit")
