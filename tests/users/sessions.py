"""Logins in tests: with a password over the API, and in the console with a browser."""

from typing import Any

from django.test import Client

from tests.api import Api

OLD = "an old secret 5"


def log_in(user: Any, password: str = OLD, **options: Any) -> Any:
    return Api().post("/auth/token/", {"email": user.email, "password": password}, **options)


def entered(user: Any, password: str = OLD) -> Client:
    """A browser in which this person has logged in to the console."""
    browser = Client()
    browser.post("/console/login/", {"username": user.email, "password": password})
    assert is_in(browser)
    return browser


def is_in(browser: Client) -> bool:
    return bool(browser.get("/console/").status_code == 200)
