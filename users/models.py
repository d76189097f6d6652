"""Accounts, and what gives access to them: tokens, sessions of the console, activations."""

from typing import Any, ClassVar

from django.contrib.auth import hashers
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.fields import FoldedKey, fold
from core.models import Record
from users.choices import CC, STAFF, VC, Role, UserStatus
from users.querysets import ActivationQuerySet, OwnQuerySet, TokenQuerySet, UserManager

# The system principal: the actor of imports and of bootstrap. It cannot log in and holds no role. Its id is one that
# no older system and no sequence uses.
SYSTEM_ID = 0


class User(AbstractBaseUser, Record):
    """A person of the service provider, of a client or of a vendor. They log in with their e-mail address."""

    entity_type = "user"
    redacted = frozenset({"name", "email", "password"})
    unlogged = frozenset({"email_key", "password_set_at"})
    last_login = None  # tokens show when they were last used

    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    email_key = FoldedKey("email")
    role = models.CharField(max_length=32, choices=Role.choices, blank=True)
    status = models.CharField(max_length=16, choices=UserStatus.choices, default=UserStatus.ACTIVE)
    timezone = models.CharField(max_length=64, default="UTC")
    department = models.CharField(max_length=120, blank=True)
    client = models.ForeignKey("clients.Client", models.PROTECT, null=True, blank=True, related_name="contacts")
    vendor = models.ForeignKey("vendors.Vendor", models.PROTECT, null=True, blank=True, related_name="contacts")
    is_system = models.BooleanField(default=False, editable=False)
    password_set_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["email_key"], name="user_email_unique"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values, is_system=False) | Q(role="", is_system=True), name="user_role_valid"
            ),
            models.CheckConstraint(condition=Q(status__in=UserStatus.values), name="user_status_valid"),
            models.CheckConstraint(
                condition=(~Q(role=CC) | Q(client__isnull=False)) & (~Q(role=VC) | Q(vendor__isnull=False)),
                name="user_contact_has_organisation",
            ),
            models.CheckConstraint(
                condition=Q(client__isnull=True) | Q(vendor__isnull=True), name="user_client_or_vendor"
            ),
        ]
        indexes = [models.Index(fields=["role", "status"], name="user_role_status")]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def key_of(email: str) -> str:
        return fold(email)

    @property
    def may_act(self) -> bool:
        """Whether the account may do anything at all: the first question of every authorisation."""
        return self.status == UserStatus.ACTIVE and not self.is_system

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.may_act

    @property
    def is_staff(self) -> bool:
        """Every active account may open the console; what it sees there is its own scope."""
        return self.may_act

    @property
    def is_internal(self) -> bool:
        return self.role in STAFF

    def has_module_perms(self, app_label: str) -> bool:
        return self.may_act

    def has_perm(self, permission: str, record: Any = None) -> bool:
        """The console asks operations, never Django's permission table; that grants nothing."""
        return False

    @property
    def had_password(self) -> bool:
        """Whether anybody ever used this account: access that has ended leaves this as it was."""
        return self.password_set_at is not None

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        if raw_password is not None:
            self.password_set_at = timezone.now()

    def check_password(self, raw_password: str) -> bool:  # type: ignore[override]
        """Compare only: a hash is renewed when its owner sets a new password, not as a side effect of reading."""
        return hashers.check_password(raw_password, self.password)


class Token(Record):
    """A bearer token, kept as its SHA-256 digest. It may name the software agent that uses it."""

    entity_type = "token"
    redacted = frozenset({"digest"})

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, editable=False)
    name = models.CharField(max_length=120, blank=True)
    agent = models.CharField(max_length=120, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="token_digest_unique"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_expires_later"),
        ]

    def __str__(self) -> str:
        return self.name or f"token {self.pk}"


class TokenUse(models.Model):
    """When a token was last used: a hint for its owner, written at most every few minutes, not an act to audit."""

    token = models.OneToOneField(Token, models.PROTECT, primary_key=True, related_name="use")
    last_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.token_id} at {self.last_used_at}"


class ConsoleSession(Record):
    """A login to the console. The key in the cookie is kept as its SHA-256 digest; ended here, the cookie is worth
    nothing.
    """

    entity_type = "session"
    redacted = frozenset({"digest"})

    user = models.ForeignKey(User, models.PROTECT, related_name="console_sessions")
    digest = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["digest"], name="session_digest_unique")]

    def __str__(self) -> str:
        return f"session {self.pk}"


class ActivationToken(Record):
    """One activation of an account, by split knowledge: two people hold one share each, and both are needed.

    The first share answers who issues it, the other who countersigns. Each is random and kept as its SHA-256 digest, so
    nothing that is stored, and no single answer, activates an account. `used_at` also marks what is void.
    """

    entity_type = "activation_token"
    redacted = frozenset({"digest", "other_digest"})

    user = models.ForeignKey(User, models.PROTECT, related_name="activation_tokens")
    digest = models.CharField(max_length=64, editable=False)
    other_digest = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - unique once drawn
    countersigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    countersigned_at = models.DateTimeField(null=True)
    replaces_access = models.BooleanField(default=False)  # the account had a password before
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ActivationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="activation_token_digest_unique"),
            models.UniqueConstraint(fields=["other_digest"], name="activation_token_other_digest_unique"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at__isnull=True), name="activation_token_one_pending"
            ),
            models.CheckConstraint(
                condition=Q(other_digest__isnull=True, countersigned_by__isnull=True, countersigned_at__isnull=True)
                | Q(other_digest__isnull=False, countersigned_by__isnull=False, countersigned_at__isnull=False),
                name="activation_token_countersigned_whole",
            ),
            models.CheckConstraint(
                # Whoever holds the server's shell stands outside the law: the system principal issues both.
                condition=Q(countersigned_by__isnull=True)
                | ~Q(countersigned_by=F("created_by"))
                | Q(created_by=SYSTEM_ID),
                name="activation_token_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"activation of {self.user_id}"
