"""Fixtures shared by the tests of what the documentation tells people to type."""

from tests.installation import environment, server

__all__ = ["environment", "server"]
