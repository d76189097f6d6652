"""SOP 5: creating accounts, and correcting personal data; the caller's own profile."""

from functools import partial
from typing import Any

from core.codes import Code
from core.context import current
from core.errors import invalid
from core.operations.registry import operation
from core.operations.results import Answer
from core.verbs import Verb
from users.access import end_sessions, revoke_tokens
from users.choices import IM, SA
from users.duties import (
    changes_privileged_address,
    creates_privileged,
    in_person,
    new_password,
    not_own_identity,
    own_account,
    share_withheld,
)
from users.lockout import WRONG_PASSWORD, note_wrong_password, refuse_locked_person
from users.models import User
from users.operations.activation import share_answer
from users.serializers import ActivatableUser, ProfileBody, UserBody, UserOutput, UserUpdateBody
from users.shares import new_share
from users.system import require_person


@operation(
    "user.create",
    sop=5,
    roles={SA, IM},
    verb=Verb.CREATE,
    elevated=creates_privileged,
    condition="no password: one share of an activation secret",
    secret=True,
    body=UserBody,
    answers=ActivatableUser,
    in_person=share_withheld,
    raises=[Code.DUPLICATE],
    subject="user",
)
def create_user(*, actor: User, **fields: Any) -> Answer:
    """Add a user with a role and associations. With both activation shares the person sets a password.

    The response contains one share. A software agent may create the account but receives no share: a person issues it.
    SOP 5. Raises Refusal: duplicate (email), validation_error (associations).
    """
    user = User(**fields)
    user.set_unusable_password()
    user.save()
    return share_answer(user, *(new_share(user) if in_person() else ()))


@operation(
    "user.update",
    sop=5,
    roles={SA, IM},
    verb=Verb.UPDATE,
    target="user",
    duties=[not_own_identity],
    elevated=changes_privileged_address,
    condition="name, email, department, timezone, client_id, vendor_id; not one's own e-mail or association",
    body=UserUpdateBody,
    answers=UserOutput,
    raises=[Code.DUPLICATE, Code.PRECONDITION_FAILED],
)
def update_user(*, actor: User, user: User, **changes: Any) -> User:
    """Correct a user's name, e-mail address, department, time zone or association.

    SOP 5. Raises Refusal: duplicate (email), validation_error (associations), segregation_of_duties,
    precondition_failed (the principal that acts for the system itself).
    """
    require_person(user)
    return user.change(**changes)


@operation(
    "user.update_profile",
    sop=6,
    roles=None,
    verb=Verb.UPDATE,
    target="user",
    duties=[own_account],
    condition="own name, department, time zone, password only",
    body=ProfileBody,
    answers=UserOutput,
    in_person=new_password,
    credentials=True,
    raises=[Code.LOCKED_OUT],
)
def update_profile(
    *, actor: User, user: User, password: str | None = None, current_password: str | None = None, **changes: Any
) -> User:
    """Change your own name, department, time zone or password.

    SOP 6. A new password requires the current one and ends every other session, so that the holder of a token, such as
    an agent, cannot take over the account. Raises Refusal: validation_error (wrong_password, which counts as a failed
    login), locked_out.
    """
    if password is not None:
        _require_current(user, current_password)
        user.set_password(password)
        revoke_tokens(user, but=current().token)
        end_sessions(user, but=current().session)
    return user.change(**changes)


def _require_current(user: User, password: str | None) -> None:
    """Refuse a wrong current password. The failure is counted even if the request was only a question."""
    wrong = invalid("current_password", "The current password is required and must be correct.", WRONG_PASSWORD)
    if not password:
        raise wrong
    refuse_locked_person(user)
    if not user.check_password(password):
        wrong.afterwards, wrong.even_on_dry_run = partial(note_wrong_password, user), True
        raise wrong
