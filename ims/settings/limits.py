"""Rate limits, size limits of requests, and the cache of the counters."""

import re
from hashlib import sha256
from os import cpu_count
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
TESTING = env.str("IMS_ENVIRONMENT", "production") == "test"

PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
MAX_COUNTERS = 100_000
# Seconds to wait for the cache, so that a slow or unavailable one does not delay requests.
PATIENCE = 0.25


def rate(text: str) -> tuple[int, int] | None:
    """A rate such as 120/minute as (requests, seconds); None for `off`."""
    if text == "off":
        return None
    stated = re.fullmatch(r"([1-9]\d{0,8})/(second|minute|hour|day)", text)
    if stated is None:
        raise ImproperlyConfigured(f"a rate is {text!r}; it must have the form 120/minute, or off")
    return int(stated[1]), PERIODS[stated[2]]


def shared(url: str) -> dict[str, Any]:
    """The cache shared by all processes. Raises ImproperlyConfigured for anything other than Redis."""
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("CACHE_URL must be a Redis URL: redis://, rediss:// or unix://")
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "ims",
        "OPTIONS": {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE},
    }


def of_this_process() -> dict[str, Any]:
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": MAX_COUNTERS},
    }


CACHE_URL = env.str("CACHE_URL", "")
CACHES = {"default": shared(CACHE_URL) if CACHE_URL else of_this_process()}

# They stop runaway clients, and keep password hashing from exhausting the CPU; normal migrations and integrations stay
# below. Tests have no limits.
IMS_RATES = {
    "caller": rate(env.str("IMS_RATE_CALLER", "off" if TESTING else "30000/minute")),
    "address": rate(env.str("IMS_RATE_ADDRESS", "off" if TESTING else "1200/minute")),
    "login": rate(env.str("IMS_RATE_LOGIN", "off" if TESTING else "120/minute")),
}

# Records that cost others attention, for each account: an operation and its rate. Work in an emergency stays below.
IMS_QUOTAS = {
    name: rate(env.str(f"IMS_QUOTA_{name.replace('.', '_').upper()}", "off" if TESTING else stated))
    for name, stated in {
        "handoff.create": "60/hour",
        "escalation.create": "120/hour",
        "approval.request": "120/hour",
        "communication.create": "600/hour",
    }.items()
}

# Heavy reads (verification, analytics, PDF), and tables of everything, at once on this machine; 0 for any number.
IMS_HEAVY_AT_ONCE = env.int("IMS_HEAVY_AT_ONCE", 0 if TESTING else 1)
IMS_TABLES_AT_ONCE = env.int("IMS_TABLES_AT_ONCE", 0 if TESTING else 4)
# Passwords hashed or compared at once on this machine, half of its processors; 0 for any number.
IMS_HASHES_AT_ONCE = env.int("IMS_HASHES_AT_ONCE", 0 if TESTING else max(1, (cpu_count() or 1) // 2))
# Installations on one machine do not share their turns.
IMS_INSTALLATION = sha256(str(env.str("DATABASE_URL", str(Path(__file__)))).encode()).hexdigest()[:12]
# Seconds that one request may verify the trail, before it answers how to continue.
IMS_VERIFY_SECONDS = env.float("IMS_VERIFY_SECONDS", 2)

# The number of trusted proxies, each of which appends an address to X-Forwarded-For; 0 ignores the header.
IMS_TRUSTED_PROXIES = env.int("IMS_TRUSTED_PROXIES", 1) if env.bool("IMS_BEHIND_PROXY", False) else 0

# Limits of a request. gunicorn.conf.py limits the request line and the headers slightly higher.
IMS_JSON_MAX_DEPTH = env.int("IMS_JSON_MAX_DEPTH", 20)
IMS_QUERY_MAX_BYTES = env.int("IMS_QUERY_MAX_BYTES", 7_168)
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("IMS_BODY_MAX_BYTES", 1_048_576)
