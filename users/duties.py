"""Duties for accounts and tokens."""

from collections.abc import Mapping
from typing import Any

from core.codes import Code
from core.context import current
from core.operations.registry import done_in_person, duty, elevation
from users.choices import EX, IM, PRIVILEGED, SA, UserStatus
from users.shares import pending


@duty(
    "Users cannot change their own role or status.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask another system administrator or incident manager.",
)
def not_own_account(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.pk != actor.pk)


@duty(
    "Users cannot reset their own second factor.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Use a recovery code, or ask another system administrator or an executive.",
)
def not_own_second_factor(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.pk != actor.pk)


@duty("Users cannot issue an activation to themselves.", code=Code.SEGREGATION_OF_DUTIES)
def not_own_activation(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.pk != actor.pk)


@duty(
    "The two shares are issued by two people: the creator or re-issuer of the account cannot countersign.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask another system administrator, incident manager or executive to countersign.",
)
def not_the_issuer(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    activation = pending(target)
    return actor.pk not in {target.created_by_id, activation.created_by_id if activation else None}


# The fields that decide who can log in to an account and what it can read.
IDENTITY = frozenset({"email", "client", "vendor"})


@duty(
    "Users cannot change their own e-mail address or association.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask another system administrator or incident manager.",
    needs_body=True,
)
def not_own_identity(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return target.pk != actor.pk or not any(data[name] != getattr(target, name) for name in IDENTITY & set(data))


@duty(
    "Users may end their own access; system administrators and incident managers anyone's.",
    code=Code.OUT_OF_SCOPE,
)
def own_access_or_administrator(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.pk == actor.pk or actor.role in (SA, IM))


def in_person() -> bool:
    """Whether the caller is not represented by a software agent: credentials are handed from person to person."""
    return not current().agent


@duty("Users edit their own profile; other accounts are changed under SOP 6.", code=Code.OUT_OF_SCOPE)
def own_account(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.pk == actor.pk)


@duty("Users may revoke their own tokens; a system administrator anyone's.", code=Code.OUT_OF_SCOPE)
def own_token(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.user_id == actor.pk or actor.role == SA)


@elevation("role is executive, system_administrator or incident_manager", approvers=[EX])
def creates_privileged(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return data.get("role") in PRIVILEGED


@elevation(
    "the user ever had a password, or the user's role is executive, system_administrator or incident_manager",
    approvers=[EX],
)
def requires_countersigning(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.had_password or target.role in PRIVILEGED)


@elevation("the e-mail of an executive, system_administrator or incident_manager changes", approvers=[EX])
def changes_privileged_address(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.role in PRIVILEGED and data.get("email", target.email) != target.email)


@elevation("grants or removes executive, system_administrator or incident_manager", approvers=[EX])
def changes_privilege(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """The role is privileged before or after, and the role or the status changes."""
    role, status = data.get("role", target.role), data.get("status", target.status)
    return bool((role, status) != (target.role, target.status) and PRIVILEGED & {role, target.role})


@elevation("the account is privileged", approvers=[EX])
def privileged_account(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.role in PRIVILEGED)


@elevation("always", approvers=[EX], unconditional=True)
def always(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Always true: executives perform this operation themselves or approve it."""
    return True


@done_in_person("the share: an agent receives none", withholds=True)
def share_withheld(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return True


@done_in_person("elevated, or the account becomes active", needs_body=True)
def elevated_or_activating(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    status = data.get("status", target.status)
    activates = status == UserStatus.ACTIVE and target.status != UserStatus.ACTIVE
    return activates or changes_privilege.applies(actor, target, data)


@done_in_person("a new password", needs_body=True)
def new_password(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return "password" in data
