"""The client address: the peer's, or the one stated by trusted proxies; never a forged one."""

import pytest
from django.test import RequestFactory

from core.http.addresses import client_address
from tests.api import Api
from tests.users.factories import UserFactory
from users.choices import TS

PEER, CLIENT, OTHER, PROXY = "10.0.0.1", "203.0.113.7", "198.51.100.1", "10.0.0.2"

ADDRESSES = [
    # trusted proxies, peer, X-Forwarded-For, who it is
    (0, PEER, None, PEER),
    (0, PEER, CLIENT, PEER),
    (1, PEER, CLIENT, CLIENT),
    (1, PEER, f"{OTHER}, {CLIENT}", CLIENT),
    (1, PEER, f"{OTHER},{OTHER} ,  {CLIENT} ", CLIENT),
    (2, PEER, f"{OTHER}, {CLIENT}, {PROXY}", CLIENT),
    (2, PEER, CLIENT, PEER),
    (1, PEER, None, PEER),
    (1, PEER, "", PEER),
    (1, PEER, "unknown", PEER),
    (1, PEER, f"{CLIENT}, nonsense", PEER),
    (1, PEER, f"{CLIENT}:51324", CLIENT),
    (1, PEER, "[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::"),
    (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
    (0, "2001:db8:1:2:ffff::1", None, "2001:db8:1:2::"),
    (0, "fe80::1%eth0", None, "fe80::"),
    (0, "::ffff:203.0.113.7", None, CLIENT),
    (0, "", None, None),
    (1, "", CLIENT, CLIENT),
]


@pytest.mark.parametrize(("proxies", "peer", "forwarded", "expected"), ADDRESSES)
def test_only_trusted_proxies_supply_the_client_address(settings, proxies, peer, forwarded, expected):
    settings.IMS_TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("real", "spoofed", "expected"),
    [
        ((CLIENT, CLIENT), True, 429),
        ((CLIENT, OTHER), False, 401),
        (("2001:db8:1:2::1", "2001:db8:1:2::2"), False, 429),
    ],
)
def test_the_lockout_goes_by_the_same_address(settings, real, spoofed, expected):
    """Neither a made-up entry before the proxy's nor another address of the same network gives further tries."""
    settings.IMS_TRUSTED_PROXIES, settings.AXES_FAILURE_LIMIT = 1, 3
    UserFactory(role=TS, email="ada@example.com", password="a right password 1")
    wrong = {"email": "ada@example.com", "password": "wrong"}
    first, last = real
    for number in range(3):
        forwarded = f"192.0.2.{number}, {first}" if spoofed else first
        Api(None, **{"X-Forwarded-For": forwarded}).post("/auth/token/", wrong)
    forwarded = f"192.0.2.99, {last}" if spoofed else last
    Api(None, **{"X-Forwarded-For": forwarded}).post("/auth/token/", wrong, expect=expected)
