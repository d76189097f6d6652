"""SOP 5: the owner of an account sets a password with two shares from two people, so no one else ever knows it."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from core.codes import Code
from core.context import context
from core.errors import Item, Refusal
from core.operations.registry import InPerson, operation
from core.operations.results import Answer
from core.sql.lookups import locked
from core.verbs import Verb
from users.access import end_access
from users.choices import EX, IM, SA
from users.duties import not_own_activation, not_the_issuer, requires_countersigning
from users.models import ActivationToken, User
from users.passwords import require_unlike
from users.serializers import ActivatableUser, ActivateBody, ActivationAnswer
from users.shares import account_of, are_shares_of, create_second_share, new_share, pending

# The `next` texts of responses with or without a share.
OTHER_SHARE = "Another system administrator, incident manager or executive issues the second share: {countersign}"
FOR_A_PERSON = "Software agents receive no share. A person must issue one: POST /api/v1/users/{id}/activation-token/"
COUNTERSIGN = "POST /api/v1/users/{id}/activation-token/countersign/"
ACTIVATE = "With both shares, the person sets a password: POST /api/v1/auth/activate/"


def share_answer(user: User, activation: ActivationToken | None = None, share: str | None = None) -> Answer:
    """The account with one share of its activation or none, and the next step."""
    if activation is None:
        advice = FOR_A_PERSON.format(id=user.pk)
    elif activation.other_digest is None:
        advice = OTHER_SHARE.format(countersign=COUNTERSIGN.format(id=user.pk))
    else:
        advice = ACTIVATE
    expires_at = activation.expires_at if activation is not None else None
    return Answer(user, {"activation_share": share, "activation_expires_at": expires_at, "activation_next": advice})


@operation(
    "user.issue_activation",
    sop=5,
    roles={SA, IM},
    verb=Verb.CREATE,
    target="user",
    answers=ActivatableUser,
    duties=[not_own_activation],
    elevated=requires_countersigning,
    condition="never for oneself; one share",
    secret=True,
    in_person=InPerson.ALWAYS,
    raises=[Code.PRECONDITION_FAILED],
)
def issue_activation(*, actor: User, user: User) -> Answer:
    """Start the activation of a new account, or of one whose owner lost access; earlier shares become void.

    Tokens and sessions end: the account cannot be used until it is activated again. SOP 5. Raises Refusal:
    precondition_failed (the account is not active).
    """
    _require_active(user)
    end_access(user)
    return share_answer(user, *new_share(user))


@operation(
    "user.countersign",
    sop=5,
    roles={SA, IM, EX},
    verb=Verb.APPROVE,
    target="user",
    answers=ActivatableUser,
    duties=[not_the_issuer],
    condition="the other share, once; never who created or re-issued the account",
    secret=True,
    in_person=InPerson.ALWAYS,
    raises=[Code.PRECONDITION_FAILED],
)
def countersign(*, actor: User, user: User) -> Answer:
    """Issue the second share of an activation, once, so that no single person can activate an account.

    SOP 5. Raises Refusal: segregation_of_duties, precondition_failed (no_pending_share, share_expired, share_drawn).
    """
    _require_active(user)
    activation = pending(user)
    if activation is None:
        raise _no_share("no_pending_share", "This account has no pending activation; issue the first share first.")
    if activation.expires_at <= timezone.now():
        raise _no_share("share_expired", "The first share has expired; issue it again.")
    if activation.other_digest is not None:
        raise _no_share("share_drawn", "The second share has already been issued; if it is lost, issue both again.")
    share = create_second_share(activation, actor)
    return share_answer(user, activation, share)


@operation(
    "access.activate",
    roles=None,
    verb=Verb.UPDATE,
    anonymous=True,
    subject="user",
    body=ActivateBody,
    answers=ActivationAnswer,
    raises=[Code.INVALID_CREDENTIALS, Code.TOKEN_EXPIRED, Code.USER_INACTIVE, Code.LOCKED_OUT],
    credentials=True,
)
def activate(*, actor: Any, shares: Sequence[str], password: str) -> dict[str, Any]:
    """Set your own password with the two shares of an activation, in any order; earlier access ends.

    Raises Refusal: invalid_credentials, token_expired, user_inactive, locked_out, validation_error (similar to the name
    or address).
    """
    account = account_of(shares)
    user = locked(User.objects.all(), account.pk) if account is not None else None
    activation = pending(user) if user is not None else None
    if user is None or activation is None or not are_shares_of(activation, shares):
        raise Refusal(Code.INVALID_CREDENTIALS, "These two shares do not activate an account.", rule="split_knowledge")
    if activation.expires_at <= timezone.now():
        raise Refusal(Code.TOKEN_EXPIRED, "The activation has expired.", rule="split_knowledge")
    if not user.may_act:
        raise Refusal(Code.USER_INACTIVE, f"The account is {user.status}.", rule="active_account")
    require_unlike(user, password)
    with context(actor=user):
        user.set_password(password)
        user.save()
        end_access(user)
    return {"activated": True, "email": user.email}


def _require_active(user: User) -> None:
    if not user.may_act:
        detail = f"The account is {user.status}."
        raise Refusal(
            Code.PRECONDITION_FAILED, detail, rule="active_account", errors=[Item("account_not_active", detail)]
        )


def _no_share(code: str, detail: str) -> Refusal:
    return Refusal(Code.PRECONDITION_FAILED, detail, rule="split_knowledge", errors=[Item(code, detail)])
