"""Authenticated and anonymous clients."""

from ims_client import AuthenticatedClient, Client
from ims_client.api.auth import auth_token_login
from ims_client.models import LoginRequest

from ims_sdk.answers import answer


def connect(address: str, token: str) -> AuthenticatedClient:
    """A client that acts as the owner of a token. An undocumented answer raises `UnexpectedStatus`."""
    return AuthenticatedClient(address, token, prefix="Token", raise_on_unexpected_status=True)


def anonymous(address: str) -> Client:
    """A client for operations that need no login."""
    return Client(address, raise_on_unexpected_status=True)


def login(address: str, email: str, password: str) -> AuthenticatedClient:
    """A client that acts as a person, with a new token from a login. Raises Refused."""
    body = LoginRequest(email=email, password=password)
    return connect(address, answer(auth_token_login.sync(client=anonymous(address), body=body)).token)
