"""The serializers of accounts, logins and tokens."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordError
from rest_framework import serializers

from core.codes import Code
from core.errors import Item, Refusal, invalid
from core.operations.fields import EmailField, NameField, Reference, TimeZoneField
from core.reading.serializers import Body, ImportedOutput, Output, extended, outputs
from users.choices import CC, VC, Role, UserStatus
from users.grants import grantable, granted_operations
from users.inputs import MOST_OPERATIONS, CapsField
from users.models import ActivationToken, ConsoleSession, Token, User
from users.tokens import MAX_TOKEN_DAYS


def require_association(role: str, client_id: int | None, vendor_id: int | None) -> None:
    """Refuse (400) a role without its organisation: client contacts need a client, vendor contacts a vendor."""
    if role == CC and client_id is None:
        raise invalid("client_id", "A client contact needs a client.", "required", rule="user_associations")
    if role == VC and vendor_id is None:
        raise invalid("vendor_id", "A vendor contact needs a vendor.", "required", rule="user_associations")
    if client_id is not None and vendor_id is not None:
        together = "An account cannot belong to both a client and a vendor."
        raise invalid("vendor_id", together, "not_applicable", rule="user_associations")


class UserBody(Body):
    name = NameField(max_length=200)
    email = EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)
    timezone = TimeZoneField()
    department = NameField(max_length=120, required=False, allow_blank=True)
    client_id = Reference("clients.Client", source="client", required=False, allow_null=True)
    vendor_id = Reference("vendors.Vendor", source="vendor", required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        client, vendor = attrs.get("client"), attrs.get("vendor")
        require_association(attrs["role"], getattr(client, "pk", None), getattr(vendor, "pk", None))
        return attrs


class UserUpdateBody(Body):
    name = NameField(max_length=200)
    email = EmailField(max_length=254)
    timezone = TimeZoneField()
    department = NameField(max_length=120, required=False, allow_blank=True)
    client_id = Reference("clients.Client", source="client", required=False, allow_null=True)
    vendor_id = Reference("vendors.Vendor", source="vendor", required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        target = self.context["target"]
        if {"client", "vendor"} & set(attrs):
            client, vendor = (attrs.get(name, getattr(target, name)) for name in ("client", "vendor"))
            require_association(target.role, getattr(client, "pk", None), getattr(vendor, "pk", None))
        return attrs


# The organisation that a role requires, by its field.
ASSOCIATIONS = {CC: "client", VC: "vendor"}


def _only_with_its_role(association: tuple[str, str]) -> Callable[[Body, Any], None]:
    """The check that an organisation is set only together with the role that requires it."""
    role, name = association

    def check(body: Body, values: Any) -> None:
        if name in values and values.get("role") != role:
            detail = "An association is set together with a role that requires it; otherwise use PATCH /users/{id}/."
            raise invalid(f"{name}_id", detail, "not_applicable", rule="user_associations")

    return check


class PermissionsBody(Body):
    actor_fields = ("modified_by",)

    role = serializers.ChoiceField(choices=Role.choices, required=False)
    status = serializers.ChoiceField(choices=UserStatus.choices, required=False)
    client_id = Reference("clients.Client", source="client", required=False)
    vendor_id = Reference("vendors.Vendor", source="vendor", required=False)

    def check_change(self, values: Any) -> None:
        if not any(name in values for name in ("role", "status")):
            raise invalid("role", "Send the new role, the new status, or both.", "required")

    joint_checks = (check_change, *map(_only_with_its_role, ASSOCIATIONS.items()))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        target = self.context["target"]
        needed = ASSOCIATIONS.get(attrs.get("role", ""))
        if needed in attrs:  # an account that joins a client leaves its vendor, and vice versa
            attrs[{"client": "vendor", "vendor": "client"}[needed]] = None
        ids = [getattr(attrs.get(name, getattr(target, name)), "pk", None) for name in ("client", "vendor")]
        require_association(attrs.get("role", target.role), *ids)
        return attrs


class PasswordField(serializers.CharField):
    """A new password, checked by the installation's validators."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=256, write_only=True, trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        password = super().to_internal_value(data)
        actor = self.context.get("actor")
        try:
            validate_password(password, actor if isinstance(actor, User) else None)
        except PasswordError as error:
            raise serializers.ValidationError(error.messages, code="weak_password") from error
        return password


class ProfileBody(Body):
    name = NameField(max_length=200, required=False)
    department = NameField(max_length=120, required=False, allow_blank=True)
    timezone = TimeZoneField(required=False)
    password = PasswordField(required=False)
    current_password = serializers.CharField(max_length=256, required=False, write_only=True, trim_whitespace=False)


class LoginBody(Body):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(write_only=True, max_length=256, trim_whitespace=False)
    name = NameField(max_length=120, required=False, allow_blank=True, default="")
    otp = serializers.CharField(max_length=64, required=False, allow_blank=True, default="", write_only=True)


class ConfirmFactorBody(Body):
    code = serializers.CharField(max_length=64, write_only=True)


class ActivateBody(Body):
    shares = serializers.ListField(
        child=serializers.CharField(max_length=200), min_length=2, max_length=2, write_only=True
    )
    password = PasswordField()


# The members of a token's body that only a software agent's token has, as attributes.
OF_AGENTS = ("operations", "client", "daily_caps")


class TokenBody(Body):
    name = NameField(max_length=120)
    agent = NameField(max_length=120, required=False, allow_blank=True)
    operations = serializers.ListField(
        child=serializers.CharField(max_length=64), max_length=MOST_OPERATIONS, required=False
    )
    client_id = Reference("clients.Client", source="client", required=False, allow_null=True)
    daily_caps = CapsField(required=False)
    days = serializers.IntegerField(min_value=1, max_value=MAX_TOKEN_DAYS, required=False)

    def validate_operations(self, names: list[str]) -> list[str]:
        if unknown := sorted({name for name in names if not grantable(name)}):
            detail = f"There is no such operation: {', '.join(unknown)}. GET /api/v1/policy/ lists all operations."
            raise serializers.ValidationError(detail, code="unknown_operation")
        return names

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a grant for a token without agent, and a cap of an operation that the token does not grant."""
        if not attrs.get("agent"):
            if given := [name for name in OF_AGENTS if attrs.get(name)]:
                detail = "Only the token of a software agent has this; name the agent."
                items = [Item("not_applicable", detail, {"client": "client_id"}.get(name, name)) for name in given]
                raise Refusal(Code.VALIDATION_ERROR, detail, rule="validation_first", errors=items)
            return attrs
        granted = {*attrs.get("operations", ()), *granted_operations(None)}
        if beyond := sorted(set(attrs.get("daily_caps", ())) - granted):
            raise invalid("daily_caps", f"The token does not grant: {', '.join(beyond)}.", "not_granted")
        return attrs


class UserOutput(ImportedOutput):
    class Meta:
        model = User
        fields = outputs(
            *("name", "email", "role", "status", "timezone", "department", "client_id", "vendor_id"),
            "imported_violations",
        )


class TokenOutput(Output):
    operations = serializers.ListField(child=serializers.CharField(), read_only=True)
    daily_caps = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Token
        fields = outputs(
            *("user_id", "name", "agent", "operations", "client_id", "daily_caps"),
            *("expires_at", "revoked_at", "last_used_at"),
        )
        joined = {"last_used_at": "use__last_used_at", "operations": "operations", "daily_caps": "daily_caps"}


class SessionOutput(Output):
    class Meta:
        model = ConsoleSession
        fields = outputs("user_id", "expires_at", "ended_at")


class ActivationOutput(Output):
    class Meta:
        model = ActivationToken
        fields = outputs(
            *("user_id", "replaces_access", "countersigned_by_id", "countersigned_at", "expires_at", "used_at")
        )


ActivatableUser = extended(
    UserOutput,
    "ActivatableUser",
    "An account and one of the two shares for setting a password; shown only once, and never to a software agent.",
    activation_share=serializers.CharField(allow_null=True),
    activation_expires_at=serializers.DateTimeField(allow_null=True),
    activation_next=serializers.CharField(),
)
CreatedToken = extended(
    TokenOutput, "CreatedToken", "A token with its secret, shown only once.", token=serializers.CharField()
)


class CapAnswer(serializers.Serializer[object]):
    """A daily cap, and what is left of it until the day ends."""

    operation = serializers.CharField()
    cap = serializers.IntegerField()
    used = serializers.IntegerField()
    left = serializers.IntegerField()


class GrantAnswer(serializers.Serializer[object]):
    """The grants of a token to its software agent. Reads need no grant."""

    token_id = serializers.IntegerField()
    agent = serializers.CharField()
    operations = serializers.ListField(child=serializers.CharField())
    client_id = serializers.IntegerField(allow_null=True)
    caps = CapAnswer(many=True)
    until = serializers.DateTimeField()


class FactorSecret(serializers.Serializer[object]):
    """The secret of an authenticator app, shown only once."""

    secret = serializers.CharField()
    provisioning_uri = serializers.CharField()


class ConfirmedFactor(serializers.Serializer[object]):
    """Codes that each replace the authenticator app once; shown only once."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class FactorState(serializers.Serializer[object]):
    """Whether the account has a second factor, and whether it must have one."""

    enrolled = serializers.BooleanField()
    mandatory = serializers.BooleanField()


Profile = extended(
    UserOutput,
    "Profile",
    "The caller's own account, its second factor, and what the token in use grants a software agent.",
    second_factor=FactorState(),
    grant=GrantAnswer(allow_null=True),
)


class LoginAnswer(serializers.Serializer[object]):
    """A bearer token, shown only once."""

    id = serializers.IntegerField()
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class LogoutAnswer(serializers.Serializer[object]):
    logged_out = serializers.BooleanField()


class ActivationAnswer(serializers.Serializer[object]):
    activated = serializers.BooleanField()
    email = serializers.EmailField()
