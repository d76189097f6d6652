"""Rate limits: per caller, per address for unauthenticated requests, a lower one for logins, and quotas of accounts.

The counters are in Django's cache: local to the process by default, shared by all processes if CACHE_URL is set.
Nothing except the limits depends on it. If the cache fails, requests are allowed, the cache is not used for a few
seconds, and the failure is reported.
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

# Seconds without cache access after a failure, because waiting for it would slow down every request.
REST = 5


class Limit(BaseThrottle):
    """A counter for each caller and fixed time window; the wait ends with the current window.

    `IMS_RATES` contains the rate of each scope, as (requests, seconds); a scope without a rate is not limited.
    """

    scope: str
    _wait = 0.0
    _rest_until = 0.0

    def ident(self, request: Any) -> str | None:
        """The key under which requests are counted together; None for requests that this limit does not apply to."""
        raise NotImplementedError

    def allow_request(self, request: Any, view: Any) -> bool:
        rate = self.rate(view)
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

    def rate(self, view: Any) -> tuple[int, int] | None:
        """The permitted requests in a number of seconds; None for any number."""
        stated: tuple[int, int] | None = settings.IMS_RATES[self.scope]
        return stated

    def wait(self) -> float:
        """Seconds until the next window begins."""
        return self._wait

    def _count(self, key: str, seconds: int) -> int:
        """The number of requests in the window, including this one; 0 if the cache is unavailable."""
        if time.monotonic() < Limit._rest_until:
            send_metric(request_uncounted, limit=self.scope)
            return 0
        try:
            return _incremented(key, seconds)
        except Exception as error:  # any exception of the cache library
            Limit._rest_until = time.monotonic() + REST
            log.warning("the cache does not respond (%s): requests are not counted", type(error).__name__)
            send_metric(request_uncounted, limit=self.scope)
            return 0


def _incremented(key: str, seconds: int) -> int:
    """Increment a counter that starts at 0. Both steps are atomic in the cache, so concurrent requests all count."""
    try:
        return cache.incr(key)
    except ValueError:  # the counter does not exist yet
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key)


class CallerLimit(Limit):
    """Counts the requests of a token or console session."""

    scope = "caller"

    def ident(self, request: Any) -> str | None:
        known = getattr(request, "auth", None) or (request.user if request.user.is_authenticated else None)
        return f"{type(known).__name__}:{known.pk}" if known else None


class AddressLimit(Limit):
    """Counts unauthenticated requests from one address."""

    scope = "address"

    def ident(self, request: Any) -> str | None:
        return None if request.user.is_authenticated else str(client_address(request))


class LoginLimit(AddressLimit):
    """Counts login attempts from one address."""

    scope = "login"

    def ident(self, request: Any) -> str | None:
        return str(client_address(request))


class Quota(Limit):
    """Counts an account's requests for an operation whose records cost others attention, whatever token it uses.

    `IMS_QUOTAS` contains the rate of each such operation.
    """

    scope = "quota"
    _operation = ""

    def rate(self, view: Any) -> tuple[int, int] | None:
        self._operation = view.operation.name if view.operation is not None else ""
        stated: tuple[int, int] | None = settings.IMS_QUOTAS.get(self._operation)
        return stated

    def ident(self, request: Any) -> str | None:
        return f"{self._operation}:{request.user.pk}" if request.user.is_authenticated else None


def enforce(request: HttpRequest, *limits: type[Limit]) -> None:
    """Count a request at an entry point that is not a DRF view. Raises Refusal (429 throttled)."""
    broken = [limit for limit in (each() for each in limits) if not limit.allow_request(request, None)]
    if broken:
        raise Refusal(Code.THROTTLED, retry_after=math.ceil(max(limit.wait() for limit in broken)), rule="rate_limit")
