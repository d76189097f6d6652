"""Operations of server commands: the first accounts, recovery, a token. The system principal performs them."""

from typing import Any

from core.codes import Code
from core.errors import Refusal, invalid
from core.operations.registry import EntryPoint, operation
from core.sql.lookups import locked
from core.verbs import Verb
from users.access import end_access
from users.choices import FOUNDERS, UserStatus
from users.models import User
from users.second_factor import end_factors
from users.shares import create_second_share, new_share
from users.tokens import new_token

Shares = tuple[str, str]


@operation(
    "user.bootstrap",
    roles=(),
    verb=Verb.CREATE,
    entry_point=EntryPoint.COMMAND,
    secret=True,
    raises=[Code.VALIDATION_ERROR, Code.DUPLICATE, Code.PRECONDITION_FAILED],
)
def bootstrap(*, actor: User, people: dict[str, dict[str, str]]) -> list[tuple[User, Shares]]:
    """Create the first system administrator and executive, or replace the last one of either role.

    Arguments: role → {name, email} for the missing roles. Returns each user with both activation shares. Raises
    Refusal: precondition_failed (an active executive and an active system administrator exist).
    """
    missing = [role for role in FOUNDERS if not User.objects.filter(role=role, status=UserStatus.ACTIVE).exists()]
    if not missing:
        detail = "An active executive and an active system administrator exist; use POST /users/."
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="break_glass")
    made = []
    for role in missing:
        if role not in people:
            raise invalid(f"{role}_email", f"There is no active {role}; specify one.", "required")
        user = User(role=role, **people[role])
        user.set_unusable_password()
        user.save()
        made.append((user, _both_shares(user, actor)))
    return made


@operation(
    "user.recover",
    roles=(),
    verb=Verb.UPDATE,
    subject="user",
    entry_point=EntryPoint.COMMAND,
    secret=True,
    raises=[Code.PRECONDITION_FAILED],
)
def recover(*, actor: User, user: User) -> Shares:
    """Restore the access of the only executive or system administrator; returns both activation shares.

    Earlier access ends permanently, and so does the second factor. Raises Refusal: precondition_failed (another role;
    another account can act).
    """
    if user.role not in FOUNDERS:
        detail = (
            f"{user.email} is neither executive nor system administrator; use POST /users/{{id}}/activation-token/."
        )
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="break_glass")
    others = User.objects.filter(role=user.role, status=UserStatus.ACTIVE).exclude(pk=user.pk)
    able = [each.email for each in others if each.password and each.has_usable_password()]
    if able:
        detail = f"Another active {user.role} can act: {', '.join(able)}."
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="break_glass")
    user = locked(User.objects.all(), user.pk)
    end_access(user)
    user.set_unusable_password()
    end_factors(user)
    user.change(status=UserStatus.ACTIVE, second_factor_at=None)
    return _both_shares(user, actor)


@operation(
    "token.issue",
    roles=(),
    verb=Verb.CREATE,
    subject="token",
    entry_point=EntryPoint.COMMAND,
    secret=True,
)
def issue_token(*, actor: User, user: User, **named: Any) -> str:
    """Issue a token on the server's command line, for a person or for the agent that represents them.

    Raises Refusal: user_inactive.
    """
    user = locked(User.objects.all(), user.pk)
    if not user.may_act:
        raise Refusal(Code.USER_INACTIVE, f"The account is {user.status}.", rule="active_account")
    return new_token(user, name="issued by command", **named)[1]


def _both_shares(user: User, system: User) -> Shares:
    activation, share = new_share(user)
    return share, create_second_share(activation, system)
