"""Software agents in tests: a client whose token names an agent, and the operations that it grants."""

from typing import Any

from tests.api import Api
from users.tokens import new_token


def agent_of(person: Any, *operations: str, agent: str = "triage-bot", **grant: Any) -> Api:
    """A client with a new token of the person for an agent."""
    _, secret = new_token(person, agent=agent, operations=operations, **grant)
    return Api(None, Authorization=f"Token {secret}")
