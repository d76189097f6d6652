"""Which address a request counts as coming from: one answer for the limits, the lockout and whoever else asks."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings

# One household or server rents at least a network of this size: its addresses count as one.
IPV6_PREFIX = 64


def client_address(request: Any) -> str | None:
    """The caller's address; None where none can be told, as behind a local socket.

    Every proxy adds the address of its own peer at the end of X-Forwarded-For, so with n trusted proxies the entry
    that none but them can have written is the n-th from the end. What stands before it is the caller's own word.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    proxies = settings.IMS_TRUSTED_PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "").split(",") if proxies else []
    stated = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    address = _parsed(stated) or _parsed(peer)
    return str(address) if address is not None else None


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address without its port; one of IPv6 as the first of its network, one of IPv4 in its clothes as itself."""
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
