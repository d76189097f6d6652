"""The client address of a request: one definition for rate limits, lockout and logs."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings

# A household or server usually has at least a network of this size, so its addresses count as one.
IPV6_PREFIX = 64


def client_address(request: Any) -> str | None:
    """The client's address; None if it is unknown, as behind a local socket.

    Every proxy appends the address of its own peer to X-Forwarded-For, so with n trusted proxies the n-th entry from
    the end is the last one written by a trusted proxy. Earlier entries are supplied by the client.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    proxies = settings.IMS_TRUSTED_PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "").split(",") if proxies else []
    stated = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    address = _parsed(stated) or _parsed(peer)
    return str(address) if address is not None else None


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address without its port. IPv6 is reduced to its network; an IPv4-mapped IPv6 address becomes IPv4."""
    try:
        address = ip_address(_without_port(text.strip()))
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Network((address, IPV6_PREFIX), strict=False).network_address


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
