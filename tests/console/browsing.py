"""A browser for tests: Chromium, driven by keyboard, against a live server."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The names under which distributions install Chromium.
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
WHY_SKIPPED = "no Chromium is installed (on Debian: apt-get install chromium)"


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser. Playwright runs an event loop in this thread, where Django would refuse the database."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is installed

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One person's window. Everything is done by keyboard: a control is reached by focus and operated by keys."""

    def __init__(self, browser: Any, base: str, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
        self.page, self.base = self.context.new_page(), base

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")

    def log_in(self, email: str, password: str) -> None:
        self.go("/console/login/")
        self.type("username", email)
        self.type("password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/console/")

    def type(self, name: str, text: str) -> None:
        self.page.locator(f'main [name="{name}"]:not([type=hidden])').focus()
        self.page.keyboard.type(text)

    def choose(self, name: str, label: str) -> None:
        """Choose an option by typing the beginning of its label."""
        self.type(name, label)

    def tick(self, name: str) -> None:
        self.page.locator(f'main [name="{name}"]').focus()
        self.page.keyboard.press("Space")

    def press(self, label: str) -> None:
        """Operate a link or button by its text."""
        control = self.page.locator(f'main :is(a, button):not([disabled]):text-is("{label}")').first
        control.focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def text(self) -> str:
        return str(self.page.locator("main").inner_text())

    def close(self) -> None:
        self.context.close()
