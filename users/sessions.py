"""Console sessions: the key is in the cookie, its digest here."""

from typing import Any

from django.utils import timezone

from core.context import context, current, new_request_id
from core.operations.dispatch import execute
from users.models import ConsoleSession, User
from users.tokens import token_digest


def session_of(key: str, user: User) -> ConsoleSession:
    """The user's session with this key, or a new unsaved one."""
    found = ConsoleSession.objects.of(user).filter(digest=token_digest(key)).first()
    return found or ConsoleSession(user=user, digest=token_digest(key))


def live_session(key: str, user: User) -> ConsoleSession | None:
    """The user's session with this key, if it was opened and has not ended."""
    live = ConsoleSession.objects.of(user).filter(digest=token_digest(key), ended_at__isnull=True)
    found: ConsoleSession | None = live.filter(expires_at__gt=timezone.now()).first()
    return found


def opened(sender: Any, request: Any, user: User, **options: Any) -> None:
    """Receiver of Django's `user_logged_in`."""
    with context(request_id=current().request_id or new_request_id()):
        execute("access.open_session", actor=user, data={"key": request.session.session_key})


def closed(sender: Any, request: Any, user: User | None, **options: Any) -> None:
    """Receiver of Django's `user_logged_out`, while the session still has its key. Inactive accounts can log out as
    well.
    """
    key = request.session.session_key
    if user is None or key is None or not user.may_act:
        return
    with context(request_id=current().request_id or new_request_id()):
        execute("access.close_session", actor=user, data={"key": key})
