"""Fixtures shared by the tests of the documentation's commands."""

from tests.installation import environment, server

__all__ = ["environment", "server"]
