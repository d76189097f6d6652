"""Activation by split knowledge: two shares, each shown once to one person and stored as a digest."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from core.models import server_time
from users.models import ActivationToken, User
from users.tokens import token_digest


def new_share(user: User) -> tuple[ActivationToken, str]:
    """Start an activation and void the account's earlier ones; returns it with the first share."""
    void_activations(user)
    share = secrets.token_urlsafe(32)
    expires_at = timezone.now() + timedelta(hours=settings.IMS_ACTIVATION_HOURS)
    activation = ActivationToken(
        user=user, digest=token_digest(share), expires_at=expires_at, replaces_access=user.had_password
    )
    activation.save()
    return activation, share


def create_second_share(activation: ActivationToken, actor: User) -> str:
    """Create the second share of an activation."""
    share = secrets.token_urlsafe(32)
    activation.change(
        other_digest=token_digest(share), countersigned_by=actor, countersigned_at=server_time(activation)
    )
    return share


def pending(user: User) -> ActivationToken | None:
    """The account's activation that is neither used nor void; it may have expired."""
    found: ActivationToken | None = ActivationToken.objects.of(user).filter(used_at__isnull=True).first()
    return found


def account_of(shares: Iterable[str]) -> User | None:
    """The account of either share: failures with a guessed second share are counted for it."""
    digests = [token_digest(share) for share in shares]
    holds_one = Q(digest__in=digests) | Q(other_digest__in=digests)
    found = ActivationToken.objects.filter(holds_one, used_at__isnull=True).select_related("user").first()
    return found.user if found is not None else None


def are_shares_of(activation: ActivationToken, shares: Iterable[str]) -> bool:
    """Whether these are the two shares of an activation, in any order."""
    return {token_digest(share) for share in shares} == {activation.digest, activation.other_digest}


def void_activations(user: Any) -> None:
    """Void every pending share of an account."""
    for activation in ActivationToken.objects.of(user).filter(used_at__isnull=True):
        activation.change(used_at=server_time(activation))
