"""A new installation, served, with the activation tokens of its two founders."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.live import manage, new_installation, served

ADMINISTRATOR, EXECUTIVE = "sam@example.org", "eva@example.org"


class Installation(NamedTuple):
    """Where it is served, and the one-time tokens of its founders."""

    address: str
    administrator: str
    executive: str


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    environment = new_installation(tmp_path)
    manage(environment, "migrate", "--verbosity", "0")
    printed = manage(environment, "bootstrap", "--sa-email", ADMINISTRATOR, "--ex-email", EXECUTIVE)
    secrets = {line.split()[0]: line.split()[-1] for line in printed.splitlines()}
    with served(environment) as address:
        yield Installation(f"http://{address}", secrets["system_administrator"], secrets["executive"])
