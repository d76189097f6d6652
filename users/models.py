"""Accounts and their credentials: tokens, console sessions, activations."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import hashers
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.fields import FoldedKey
from core.models import Record
from core.text.folding import fold_email
from users.choices import CC, PRIVILEGED, STAFF, VC, Role, UserStatus
from users.hashing import turn_to_hash
from users.querysets import ActivationQuerySet, OwnQuerySet, TokenQuerySet, UserManager

# The system principal, which cannot log in and has no role. Neither imports nor the sequence use its id.
SYSTEM_ID = 0


class User(AbstractBaseUser, Record):
    """A person of the service provider, a client or a vendor. The e-mail address is the login name."""

    entity_type = "user"
    redacted = frozenset({"name", "email", "password"})
    unlogged = frozenset({"password_set_at"})
    last_login = None  # tokens record their last use instead

    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    email_key = FoldedKey("email", "email")
    role = models.CharField(max_length=32, choices=Role.choices, blank=True)
    status = models.CharField(max_length=16, choices=UserStatus.choices, default=UserStatus.ACTIVE)
    timezone = models.CharField(max_length=64, default="UTC")
    department = models.CharField(max_length=120, blank=True)
    client = models.ForeignKey("clients.Client", models.PROTECT, null=True, blank=True, related_name="contacts")
    vendor = models.ForeignKey("vendors.Vendor", models.PROTECT, null=True, blank=True, related_name="contacts")
    is_system = models.BooleanField(default=False, editable=False)
    password_set_at = models.DateTimeField(null=True, editable=False)
    second_factor_at = models.DateTimeField(null=True, editable=False)  # since when it has one

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
        return fold_email(email)

    @property
    def may_act(self) -> bool:
        """Whether the account may do anything: the first check of every authorization."""
        return self.status == UserStatus.ACTIVE and not self.is_system

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.may_act

    @property
    def is_staff(self) -> bool:
        """Every active account may open the console."""
        return self.may_act

    @property
    def is_internal(self) -> bool:
        return self.role in STAFF

    def has_module_perms(self, app_label: str) -> bool:
        return self.may_act

    def has_perm(self, permission: str, record: Any = None) -> bool:
        """The console checks operations, never Django's permission table, which grants nothing."""
        return False

    @property
    def had_password(self) -> bool:
        """Whether the account ever had a password; ending access does not change this."""
        return self.password_set_at is not None

    @property
    def needs_second_factor(self) -> bool:
        """Whether the installation requires a second factor of this account."""
        return bool(settings.IMS_REQUIRE_MFA and self.role in PRIVILEGED)

    @property
    def lacks_second_factor(self) -> bool:
        """Whether the account can do nothing but enrol its second factor."""
        return self.needs_second_factor and self.second_factor_at is None

    def set_password(self, raw_password: str | None) -> None:
        with turn_to_hash():
            super().set_password(raw_password)
        if raw_password is not None:
            self.password_set_at = timezone.now()

    def check_password(self, raw_password: str) -> bool:  # type: ignore[override]
        """Only compare: a hash is upgraded when its owner sets a new password, not as a side effect of a login."""
        with turn_to_hash():
            return hashers.check_password(raw_password, self.password)


class Token(Record):
    """A bearer token, stored as its SHA-256 digest. It may name the software agent that uses it.

    An agent's token grants the operations that it names, within one client and daily caps if it states them.
    """

    entity_type = "token"
    planned = frozenset({"expires_at"})
    redacted = frozenset({"digest"})

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, editable=False)
    name = models.CharField(max_length=120, blank=True)
    agent = models.CharField(max_length=120, blank=True)
    operations = models.JSONField(default=list)
    client = models.ForeignKey("clients.Client", models.PROTECT, null=True, blank=True, related_name="+")
    daily_caps = models.JSONField(default=dict)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="token_digest_unique"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_expires_later"),
            models.CheckConstraint(condition=Q(client__isnull=True) | ~Q(agent=""), name="token_bound_names_agent"),
        ]

    def __str__(self) -> str:
        return self.name or f"token {self.pk}"


class TokenUse(models.Model):
    """When a token was last used: information for its owner, written at most every few minutes and not audited."""

    token = models.OneToOneField(Token, models.PROTECT, primary_key=True, related_name="use")
    last_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.token_id} at {self.last_used_at}"


class AgentDay(models.Model):
    """How often an agent performed an operation for a person on one day (UTC): a counter, not audited."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    agent = models.CharField(max_length=120)
    operation = models.CharField(max_length=64)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "agent", "operation", "day"], name="agent_day_unique")]

    def __str__(self) -> str:
        return f"{self.operation} by {self.agent} on {self.day}: {self.count}"


class ConsoleSession(Record):
    """A login to the console: the digest of the key in the cookie, which is invalid once the session has ended here."""

    entity_type = "session"
    planned = frozenset({"expires_at"})
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


class SecondFactor(Record):
    """An authenticator app (TOTP, RFC 6238): the secret is encrypted, the recovery codes are stored as digests.

    `last_step` is the time step of the last accepted code, so that no code is accepted twice. `ended_at` marks removed
    factors, and enrolments that were never confirmed.
    """

    entity_type = "second_factor"
    redacted = frozenset({"secret", "recovery_codes"})

    user = models.ForeignKey(User, models.PROTECT, related_name="second_factors")
    secret = models.CharField(max_length=255, editable=False)
    recovery_codes = models.JSONField(default=list, editable=False)
    last_step = models.BigIntegerField(default=0, editable=False)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None, confirmed_at__isnull=False), name="second_factor_one"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None, confirmed_at=None), name="second_factor_one_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class CodeGuesses(models.Model):
    """How many one-time codes of an account were compared since a time: a counter, not audited (logins are)."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+")
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"


class ActivationToken(Record):
    """One activation of an account by split knowledge: two people receive one share each, and both shares are needed.

    The issuer's response has the first share, the countersigner's the second. Each is stored as its SHA-256 digest, so
    neither the database nor one response is enough to activate an account. `used_at` also marks void activations.
    """

    entity_type = "activation_token"
    planned = frozenset({"expires_at"})
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
                # Duties cannot constrain an operator with a shell: the system principal issues both shares.
                condition=Q(countersigned_by__isnull=True)
                | ~Q(countersigned_by=F("created_by"))
                | Q(created_by=SYSTEM_ID),
                name="activation_token_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"activation of {self.user_id}"
