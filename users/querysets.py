"""Read scopes of accounts and tokens."""

from typing import Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Q

from core.fields import DISAMBIGUATOR
from core.querysets import RecordQuerySet
from users.choices import CC, EX, IM, SA, STAFF


class UserQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: everyone. A client contact: the users of the same client. Others: only their own account."""
        if user.role in STAFF:
            return self.all()
        if user.role == CC:
            return self.filter(Q(pk=user.pk) | Q(client_id=user.client_id))
        return self.filter(pk=user.pk)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, email: str | None) -> Any:
        found = self.by_address(email or "")
        if found is None:
            raise self.model.DoesNotExist
        return found

    def by_address(self, email: str) -> Any:
        """The person of an address; None where there is none.

        If several accounts now fold to the same address, the one with the exact spelling.
        """
        key = self.model.key_of(email)
        found = self.filter(email_key=key, is_system=False).first()
        spelled = email.strip().lower()
        if found is not None and found.email == spelled:
            return found
        twins = self.filter(email=spelled, email_key__startswith=f"{key}{DISAMBIGUATOR}", is_system=False)
        return twins.first() or found


class OwnQuerySet(RecordQuerySet):
    """Records that are private to one account."""

    def visible_to(self, user: Any) -> Self:
        return self.of(user)

    def of(self, user: Any) -> Self:
        return self.filter(user_id=user.pk)


class TokenQuerySet(OwnQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The user's own tokens; a system administrator can read, and revoke, everyone's."""
        return self.all() if user.role == SA else self.of(user)


class ActivationQuerySet(OwnQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Issuers and countersigners: all. Others: those of their own account."""
        return self.all() if user.role in (SA, IM, EX) else self.of(user)
