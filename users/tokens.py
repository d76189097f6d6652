"""Secrets: generated here, shown once, stored as digests."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.codes import Code
from core.errors import Refusal
from core.sql.compiled import CompiledQuery
from users.models import Token, TokenUse, User

BY_DIGEST = CompiledQuery(lambda digest: Token.objects.select_related("user", "use").filter(digest=digest)[:1], str)
# The longest lifetime of a token, in days.
MAX_TOKEN_DAYS = 3_650
# The precision of "last used": at most one write in this period.
USE_PRECISION = timedelta(minutes=5)


def token_digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_token(
    user: User,
    *,
    name: str = "",
    agent: str = "",
    days: int | None = None,
    operations: Sequence[str] = (),
    client: Any = None,
    daily_caps: Mapping[str, int] | None = None,
) -> tuple[Token, str]:
    """Create a token of a user; returns it with the secret, which is stored nowhere.

    Arguments: its lifetime in days; for a software agent, the operations that it may perform, the only client whose
    records it may reach, and how often a day it may perform an operation.
    """
    secret = secrets.token_urlsafe(32)
    expires_at = timezone.now() + timedelta(days=days or settings.IMS_TOKEN_DAYS)
    grant = {"operations": sorted(set(operations)), "client": client, "daily_caps": dict(daily_caps or {})}
    token = Token(user=user, digest=token_digest(secret), name=name, agent=agent, expires_at=expires_at, **grant)
    token.save()
    return token, secret


def find_token(secret: str) -> Token:
    """The live token of a secret, with its user, in one statement. Raises Refusal (401)."""
    token: Token | None = BY_DIGEST.first(token_digest(secret))
    if token is None or token.revoked_at is not None:
        raise Refusal(Code.NOT_AUTHENTICATED, "The token is invalid.", rule="authenticated_caller")
    if token.expires_at <= timezone.now():
        raise Refusal(Code.TOKEN_EXPIRED, rule="authenticated_caller")
    return token


def note_use(token: Token) -> None:
    """Record the use of a token, to the precision of USE_PRECISION."""
    now = timezone.now()
    use = getattr(token, "use", None)
    if use is None or now - use.last_used_at > USE_PRECISION:
        TokenUse.objects.bulk_create(
            [TokenUse(token_id=token.pk, last_used_at=now)],
            update_conflicts=True,
            unique_fields=["token"],
            update_fields=["last_used_at"],
        )
