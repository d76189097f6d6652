"""SOP 5 and 6, one's own profile, login and tokens."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from core.answers import Answer
from core.codes import Code
from core.context import context, current
from core.errors import Refusal, invalid
from core.operations import Door, operation
from core.verbs import Verb
from users.choices import IM, PRIVILEGED, SA, UserStatus
from users.duties import (
    changes_privilege,
    creates_privileged,
    in_person,
    not_own_account,
    not_own_activation,
    own_account,
    own_token,
    password_set_in_person,
    target_privileged,
    token_issued_in_person,
)
from users.models import ActivationToken, Token, User
from users.passwords import require_unlike
from users.tokens import digest_of, new_activation, new_token, revoke_tokens, void_activations

# What the answer to a new account, or to one that is opened again, holds beside the account.
ACTIVATION = ("activation_token", "activation_expires_at")


@operation(
    "user.create",
    sop=5,
    roles={SA, IM},
    verb=Verb.CREATE,
    endpoint="POST /users/",
    elevated=creates_privileged,
    condition="no password: activation token",
    secret=True,
)
def create_user(*, actor: User, **fields: Any) -> Answer:
    """Add personnel with a role and associations; the person sets their own password with the one-time token.

    A software agent may add personnel but gets no token: a person issues it. SOP 5. Raises Refusal: duplicate (email),
    validation_error (associations).
    """
    user = User(**fields)
    user.set_unusable_password()
    user.save()
    return _with_activation(user) if in_person() else Answer(user, dict.fromkeys(ACTIVATION))


@operation(
    "user.issue_activation",
    sop=5,
    roles={SA, IM},
    verb=Verb.CREATE,
    endpoint="POST /users/{id}/activation-token/",
    target="user",
    duties=[not_own_activation, token_issued_in_person],
    elevated=target_privileged,
    condition="never for oneself",
    secret=True,
)
def issue_activation(*, actor: User, user: User) -> Answer:
    """Give a new user, or one who lost access, a fresh one-time activation token; older ones become void.

    SOP 5. Raises Refusal: precondition_failed (the account is not active).
    """
    if not user.may_act:
        raise Refusal(Code.PRECONDITION_FAILED, f"The account is {user.status}.", rule="active_account")
    return _with_activation(user)


@operation(
    "user.permissions",
    sop=6,
    roles={SA, IM},
    verb=Verb.UPDATE,
    endpoint="PATCH /users/{id}/permissions/",
    target="user",
    duties=[not_own_account],
    elevated=changes_privilege,
    condition="never one's own account",
)
def change_permissions(*, actor: User, user: User, **changes: Any) -> User:
    """Change a user's role or status.

    An activation token from before a grant of privilege becomes void: whoever holds it would come by the new role
    without the approval that a token for a privileged account needs.

    SOP 6. Raises Refusal: validation_error (the role does not fit the associations), segregation_of_duties,
    precondition_failed (the principal that acts for the system itself).
    """
    if user.is_system:
        raise Refusal(Code.PRECONDITION_FAILED, "The system principal cannot be changed.", rule="system_principal")
    if changes.get("role", user.role) != user.role and changes["role"] in PRIVILEGED:
        void_activations(user)
    return user.change(**changes)


@operation(
    "user.update_profile",
    sop=6,
    roles=None,
    verb=Verb.UPDATE,
    endpoint="PATCH /me/",
    target="user",
    duties=[own_account, password_set_in_person],
    condition="own name, department, time zone, password only",
)
def update_profile(
    *, actor: User, user: User, password: str | None = None, current_password: str | None = None, **changes: Any
) -> User:
    """Change one's own name, department, time zone or password.

    SOP 6. A new password needs the present one, and ends every other session: whoever holds a token, an agent
    for one, must not be able to take the account over. Raises Refusal: validation_error (wrong_password).
    """
    if password is not None:
        if not user.check_password(current_password or ""):
            raise invalid("current_password", "The present password is needed, and must be right.", "wrong_password")
        user.set_password(password)
        revoke_tokens(user, but=_token_in_use())
    return user.change(**changes)


@operation("access.profile", roles=None, verb=Verb.ENTITY_DISCOVERY, endpoint="GET /me/")
def read_profile(*, actor: User) -> User:
    """Read one's own account."""
    return actor


@operation(
    "access.login",
    roles=None,
    verb=Verb.CREATE,
    endpoint="POST /auth/token/",
    anonymous=True,
    subject="token",
    secret=True,
)
def log_in(*, actor: User, name: str = "") -> dict[str, Any]:
    """Obtain a bearer token with e-mail address and password.

    The caller has been authenticated by the door. Raises Refusal: invalid_credentials, locked_out (too many failures),
    user_inactive.
    """
    if isinstance(actor, AnonymousUser) or not actor.may_act:
        raise Refusal(Code.USER_INACTIVE, "Only active accounts may log in.", rule="active_account")
    token, secret = new_token(actor, name=name)
    return {"token": secret, "expires_at": token.expires_at, "id": token.pk}


@operation("access.logout", roles=None, verb=Verb.UPDATE, endpoint="POST /auth/logout/", subject="token")
def log_out(*, actor: User) -> dict[str, Any]:
    """Revoke the token that carried this request."""
    token = _token_in_use()
    if token is not None:
        token.revoked_at = timezone.now()
        token.save()
    return {"logged_out": True}


@operation(
    "access.activate", roles=None, verb=Verb.UPDATE, endpoint="POST /auth/activate/", anonymous=True, subject="user"
)
def activate(*, actor: Any, token: str, password: str) -> dict[str, Any]:
    """Set one's own password with a one-time activation token; sessions from before end.

    Raises Refusal: invalid_credentials, token_expired, user_inactive, validation_error (like the name or address).
    """
    found = ActivationToken.objects.select_for_update(of=("self",)).filter(digest=digest_of(token)).first()
    if found is None or found.used_at is not None:
        raise Refusal(Code.INVALID_CREDENTIALS, "The activation token is not valid.", rule="one_time_activation")
    if found.expires_at <= timezone.now():
        raise Refusal(Code.TOKEN_EXPIRED, "The activation token has expired.", rule="one_time_activation")
    user = found.user
    if not user.may_act:
        raise Refusal(Code.USER_INACTIVE, f"The account is {user.status}.", rule="active_account")
    require_unlike(user, password)
    with context(actor=user):
        user.set_password(password)
        user.save()
        void_activations(user)
        revoke_tokens(user)
    return {"activated": True, "email": user.email}


@operation("access.tokens", roles=None, verb=Verb.ENTITY_DISCOVERY, endpoint="GET /auth/tokens/")
def list_tokens(*, actor: User) -> None:
    """List one's own tokens, without their secrets."""


@operation(
    "token.revoke",
    roles=None,
    verb=Verb.UPDATE,
    endpoint="DELETE /auth/tokens/{id}/",
    target="token",
    duties=[own_token],
    condition="own tokens; SA: anyone's",
)
def revoke_token(*, actor: User, token: Token) -> Token:
    """Revoke a token. Revoking a revoked one changes nothing."""
    token.revoked_at = token.revoked_at or timezone.now()
    token.save()
    return token


@operation("user.bootstrap", roles=(), verb=Verb.CREATE, door=Door.COMMAND, secret=True)
def bootstrap(*, actor: User, people: dict[str, dict[str, str]]) -> list[tuple[User, str]]:
    """Make the first system administrator and executive, or break the glass when the last of one is gone.

    Arguments: role → {name, email} for the missing roles. Returns each user with a one-time activation token.
    Raises Refusal: precondition_failed (an active executive and an active system administrator exist).
    """
    missing = [
        role for role in sorted(PRIVILEGED) if not User.objects.filter(role=role, status=UserStatus.ACTIVE).exists()
    ]
    if not missing:
        detail = "An active executive and an active system administrator exist; use POST /users/."
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="break_glass")
    made = []
    for role in missing:
        if role not in people:
            raise invalid(f"{role}_email", f"There is no active {role}; name one.", "required")
        user = User(role=role, **people[role])
        user.set_unusable_password()
        user.save()
        made.append((user, new_activation(user)[0]))
    return made


@operation("token.issue", roles=(), verb=Verb.CREATE, subject="token", door=Door.COMMAND, secret=True)
def issue_token(*, actor: User, user: User, days: int | None = None, agent: str = "") -> str:
    """Issue a token from the command line of the server, for a person or for the agent that acts for them.

    Raises Refusal: user_inactive.
    """
    if not user.may_act:
        raise Refusal(Code.USER_INACTIVE, f"The account is {user.status}.", rule="active_account")
    return new_token(user, name="issued by command", agent=agent, days=days)[1]


def _with_activation(user: User) -> Answer:
    return Answer(user, dict(zip(ACTIVATION, new_activation(user), strict=True)))


def _token_in_use() -> Token | None:
    token: Token | None = current().token
    return token
