"""The caller's own account, login and logout."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from core.codes import Code
from core.context import current
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.registry import operation
from core.sql.lookups import locked
from core.verbs import Verb
from users.models import Token, User
from users.second_factor import enrolled, forget_guesses, use_code
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
    raises=[Code.INVALID_CREDENTIALS, Code.OTP_REQUIRED, Code.LOCKED_OUT, Code.USER_INACTIVE],
)
def log_in(*, actor: User, name: str = "", otp: str = "") -> dict[str, Any]:
    """Obtain a bearer token with e-mail address, password and, where enrolled, a one-time code.

    The entry point has authenticated the caller. Raises Refusal: invalid_credentials, otp_required, locked_out
    (too many failures), user_inactive.
    """
    require_code(require_active_login(actor), otp)
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
    enrols=True,
)
def log_out(*, actor: User) -> dict[str, Any]:
    """Revoke the token of this request."""
    token: Token | None = current().token
    if token is not None:
        token.change(revoked_at=server_time(token))
    return {"logged_out": True}


def require_active_login(user: Any) -> User:
    """The locked row of an account that may log in; others are refused.

    Judged on the locked row, a login cannot survive a concurrent end of access.
    """
    if isinstance(user, AnonymousUser):
        raise Refusal(Code.USER_INACTIVE, "Only active accounts may log in.", rule="active_account")
    now: User = locked(User.objects.all(), user.pk)
    if not now.may_act:
        raise Refusal(Code.USER_INACTIVE, "Only active accounts may log in.", rule="active_account")
    if now.password != user.password:
        raise Refusal(Code.INVALID_CREDENTIALS, rule="authenticated_caller")
    return now


def require_code(user: User, otp: str) -> None:
    """Refuse (401) a login without a valid one-time code, where the locked account has a second factor."""
    factor = enrolled(user) if user.second_factor_at is not None else None
    if factor is None:
        return
    if not otp.strip():
        raise Refusal(Code.OTP_REQUIRED, rule="second_factor")
    if not use_code(factor, otp):
        detail = "The one-time code is wrong, expired or used."
        raise Refusal(
            Code.INVALID_CREDENTIALS, detail, rule="second_factor", errors=[Item("invalid_otp", detail, "otp")]
        )
    forget_guesses(user)
