"""Ending access: everything that lets someone act as an account is revoked together."""

from typing import Any

from core.models import server_time
from users.models import ConsoleSession, Token, User
from users.shares import void_activations


def revoke_tokens(user: User, *, but: Any = None) -> None:
    """Revoke every live token of a user, except the given one."""
    for token in Token.objects.of(user).filter(revoked_at__isnull=True).exclude(pk=getattr(but, "pk", None)):
        token.change(revoked_at=server_time(token))


def end_sessions(user: User, *, but: Any = None) -> None:
    """End every console session of a user, except the given one."""
    for session in ConsoleSession.objects.of(user).filter(ended_at__isnull=True).exclude(pk=getattr(but, "pk", None)):
        session.change(ended_at=server_time(session))


def end_access(user: User) -> None:
    """Revoke tokens, sessions and pending activation shares. The password remains."""
    revoke_tokens(user)
    end_sessions(user)
    void_activations(user)


def end_access_permanently(user: User) -> None:
    """Remove the password as well: the account must be activated again. The caller saves the user."""
    end_access(user)
    if user.password and user.has_usable_password():
        user.set_unusable_password()
