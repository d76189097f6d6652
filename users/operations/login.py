"""The caller's own account, login and logout."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from core.codes import Code
from core.context import current
from core.errors import Refusal
from core.models import server_time
from core.operations.registry import operation
from core.sql.lookups import locked
from core.verbs import Verb
from users.models import Token, User
from users.serializers import LoginAnswer, LoginBody, LogoutAnswer
from users.tokens import new_token


@operation("access.profile", roles=None, verb=Verb.ENTITY_DISCOVERY)
def read_profile(*, actor: User) -> User:
    """Read your own account."""
    return actor


@operation(
    "access.login",
    roles=None,
    verb=Verb.CREATE,
    anonymous=True,
    subject="token",
    secret=True,
    body=LoginBody,
    answers=LoginAnswer,
    raises=[Code.INVALID_CREDENTIALS, Code.LOCKED_OUT, Code.USER_INACTIVE],
)
def log_in(*, actor: User, name: str = "") -> dict[str, Any]:
    """Obtain a bearer token with e-mail address and password.

    The entry point has authenticated the caller. Raises Refusal: invalid_credentials, locked_out (too many failures),
    user_inactive.
    """
    require_active_login(actor)
    token, secret = new_token(actor, name=name)
    return {"token": secret, "expires_at": token.expires_at, "id": token.pk}


@operation(
    "access.logout",
    roles=None,
    verb=Verb.UPDATE,
    subject="token",
    answers=LogoutAnswer,
    credentials=True,
    granted=True,
)
def log_out(*, actor: User) -> dict[str, Any]:
    """Revoke the token of this request."""
    token: Token | None = current().token
    if token is not None:
        token.change(revoked_at=server_time(token))
    return {"logged_out": True}


def require_active_login(user: Any) -> None:
    """Refuse accounts that may not log in, judged on the locked row, so that a login cannot survive a concurrent end
    of access.
    """
    if isinstance(user, AnonymousUser):
        raise Refusal(Code.USER_INACTIVE, "Only active accounts may log in.", rule="active_account")
    now = locked(User.objects.all(), user.pk)
    if not now.may_act:
        raise Refusal(Code.USER_INACTIVE, "Only active accounts may log in.", rule="active_account")
    if now.password != user.password:
        raise Refusal(Code.INVALID_CREDENTIALS, rule="authenticated_caller")
