"""SOP 6: roles and statuses of other users, and the end of access."""

from typing import Any

from core.codes import Code
from core.operations.registry import operation
from core.verbs import Verb
from users.access import end_access, end_access_permanently
from users.choices import ENDED, IM, SA
from users.duties import changes_privilege, elevated_or_activating, not_own_account, own_access_or_administrator
from users.models import User
from users.serializers import PermissionsBody, UserOutput
from users.system import require_person


@operation(
    "user.permissions",
    sop=6,
    roles={SA, IM},
    verb=Verb.UPDATE,
    target="user",
    duties=[not_own_account],
    elevated=changes_privilege,
    condition="never one's own account; client_id or vendor_id with a role that needs it",
    body=PermissionsBody,
    answers=UserOutput,
    in_person=elevated_or_activating,
    raises=[Code.PRECONDITION_FAILED],
)
def change_permissions(*, actor: User, user: User, **changes: Any) -> User:
    """Change a user's role or status.

    Suspension and deactivation end access permanently and remove the password: a returning account must be activated
    again. A change of role ends access but keeps the password. Leave does not end access.

    SOP 6. Raises Refusal: validation_error (the role does not fit the associations), segregation_of_duties,
    precondition_failed (the principal that acts for the system itself).
    """
    require_person(user)
    role, status = changes.get("role", user.role), changes.get("status", user.status)
    if status != user.status and ENDED & {status, user.status}:
        end_access_permanently(user)
    elif role != user.role:
        end_access(user)
    return user.change(**changes)


@operation(
    "user.end_access",
    sop=6,
    roles=None,
    verb=Verb.UPDATE,
    target="user",
    answers=UserOutput,
    duties=[own_access_or_administrator],
    condition="oneself; SA and IM: anyone; revokes tokens, sessions and pending shares",
)
def end_users_access(*, actor: User, user: User) -> User:
    """Revoke every token, session and pending activation share of an account; its password remains.

    SOP 6. Raises Refusal: out_of_scope.
    """
    end_access(user)
    return user
