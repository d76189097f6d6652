"""Servers for both clients: a new installation with its two founders' activation shares, and the demonstration."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from ims_client import AuthenticatedClient
from ims_sdk import login

from tests.live import manage, new_installation, run_tool, served

ADMINISTRATOR, EXECUTIVE = "sam@example.org", "eva@example.org"
# Who leads incidents in the demonstration, and may read the trail.
INES = "ines@ims.example"
DEMONSTRATED_PASSWORD = "correct-horse-battery"


class Installation(NamedTuple):
    """Where it is served, and the activation shares of its founders."""

    address: str
    administrator: list[str]
    executive: list[str]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    environment = new_installation(tmp_path)
    manage(environment, "migrate", "--verbosity", "0")
    printed = manage(environment, "bootstrap", "--sa-email", ADMINISTRATOR, "--ex-email", EXECUTIVE)
    secrets = {line.split()[0]: line.split()[-2:] for line in printed.splitlines()}
    with served(environment) as address:
        yield Installation(f"http://{address}", secrets["system_administrator"], secrets["executive"])


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demonstration's world. It takes long to make, so tests share it, and only add to it."""
    environment = new_installation(tmp_path_factory.mktemp("demonstration"))
    run_tool(environment, "demo", "--load-only")
    with served(environment) as address:
        yield f"http://{address}"


@pytest.fixture
def ines(demonstration: str) -> AuthenticatedClient:
    return login(demonstration, INES, DEMONSTRATED_PASSWORD)
