"""Console sessions: opened and closed by login and logout, listed and ended by their owner."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from core.models import server_time
from core.operations.registry import EntryPoint, operation
from core.verbs import Verb
from users.models import ConsoleSession, User
from users.operations.login import require_active_login
from users.serializers import SessionOutput
from users.sessions import session_of


@operation(
    "access.open_session", roles=None, verb=Verb.CREATE, subject="session", enrols=True, entry_point=EntryPoint.COMMAND
)
def open_session(*, actor: User, key: str) -> ConsoleSession:
    """Record a login to the console. Raises Refusal: user_inactive, invalid_credentials."""
    require_active_login(actor)
    session = session_of(key, actor)
    return session.change(expires_at=timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE), ended_at=None)


@operation(
    "access.close_session", roles=None, verb=Verb.UPDATE, subject="session", enrols=True, entry_point=EntryPoint.COMMAND
)
def close_session(*, actor: User, key: str) -> None:
    """Record a logout from the console."""
    session = session_of(key, actor)
    if session.pk is not None and session.ended_at is None:
        session.change(ended_at=server_time(session))


@operation("access.sessions", roles=None, verb=Verb.ENTITY_DISCOVERY)
def list_sessions(*, actor: User) -> None:
    """List your own console sessions, without their keys."""


@operation(
    "access.end_session",
    roles=None,
    verb=Verb.UPDATE,
    target="session",
    answers=SessionOutput,
    credentials=True,
)
def end_session(*, actor: User, session: ConsoleSession) -> ConsoleSession:
    """End one of your own console sessions. Ending an ended session changes nothing."""
    return session.change(ended_at=session.ended_at or server_time(session))
