"""A browser for the console's tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.browsing import Visit, chromium
from tests.console.world import PASSWORD


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: Any, live_server: Any, committed: None) -> Iterator[Any]:
    """Opens windows of people who are logged in."""
    opened: list[Visit] = []

    def of(person: Any, **options: Any) -> Visit:
        opened.append(Visit(browser, live_server.url, **options))
        if person is not None:
            opened[-1].log_in(person.email, PASSWORD)
        return opened[-1]

    yield of
    for each in opened:
        each.close()
