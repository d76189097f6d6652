"""Authentication: a bearer token over HTTP, a password at login."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from core.codes import Code
from core.context import bind
from core.errors import Refusal
from users.grants import scope_of
from users.models import Token, User
from users.tokens import find_token, note_use

KEYWORDS = (b"token", b"bearer")


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token <token>`, or Bearer. Accepts inactive accounts as well: the dispatcher refuses those."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        keyword, *credentials = get_authorization_header(request).split() or [b""]
        if not keyword:
            return None
        if keyword.lower() not in KEYWORDS or len(credentials) != 1:
            raise Refusal(
                Code.NOT_AUTHENTICATED,
                "The header must have the form: Authorization: Token <token>.",
                rule="authenticated_caller",
            )
        token = find_token(credentials[0].decode("latin-1"))
        bind(actor=token.user, agent=token.agent, token=token, within=scope_of(token))
        return token.user, token

    def admitted(self, token: Token) -> None:
        """Record the use of a token once the request is within its rate limits; a throttled request writes nothing."""
        note_use(token)

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class EmailBackend(BaseBackend):
    """Password login by e-mail address. It only identifies the account; whether it may act is checked later.

    `email` is folded, so that different spellings of an address share one failure count; `spelled` is the address as
    typed.
    """

    def authenticate(self, request: Any, email: str | None = None, password: str | None = None, **others: Any) -> Any:
        email = email or others.get("username")
        if not email or not password:
            return None
        user = User.objects.by_address(others.get("spelled") or email)
        if user is None:
            User().set_password(password)  # as slow as a real comparison, against timing attacks
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.may_act else None
