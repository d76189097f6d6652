"""A new installation and its server, for the documentation's commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import new_installation, served


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A new installation: a migrated database, so that `migrate` has nothing left to do, and nothing set."""
    return new_installation(tmp_path, migrated=True)


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[str]:
    """The product, served as `make serve` does; yields its address."""
    with served(environment) as address:
        yield address
