"""SOP 6: the second factor of an account: enrolled and removed by its owner, reset by an administrator."""

from typing import Any

from core.codes import Code
from core.context import current
from core.errors import Item, Refusal, invalid
from core.models import server_time
from core.operations.registry import EntryPoint, InPerson, operation
from core.verbs import Verb
from users.access import end_sessions, revoke_tokens
from users.choices import EX, SA
from users.duties import not_own_second_factor, privileged_account
from users.models import SecondFactor, User
from users.operations.login import require_active_login, require_code
from users.second_factor import (
    accepted_step,
    digests,
    encrypted,
    end_factors,
    enrolled,
    new_recovery_codes,
    new_secret,
    pending,
    provisioning_uri,
    state_of,
)
from users.serializers import ConfirmedFactor, ConfirmFactorBody, FactorSecret, FactorState, UserOutput

INVALID_OTP = "invalid_otp"


@operation(
    "access.begin_second_factor",
    roles=None,
    verb=Verb.CREATE,
    subject="second_factor",
    answers=FactorSecret,
    secret=True,
    credentials=True,
    in_person=InPerson.ALWAYS,
    enrols=True,
    raises=[Code.USER_INACTIVE],
)
def begin_second_factor(*, actor: User) -> dict[str, Any]:
    """Begin to enrol an authenticator app: its secret, shown only once. An earlier factor holds until the confirmation.

    Raises Refusal: user_inactive.
    """
    person = require_active_login(actor)
    unfinished = pending(person)
    if unfinished is not None:
        unfinished.change(ended_at=server_time(unfinished))
    secret = new_secret()
    SecondFactor(user=person, secret=encrypted(secret)).save()
    return {"secret": secret, "provisioning_uri": provisioning_uri(person, secret)}


@operation(
    "access.confirm_second_factor",
    roles=None,
    verb=Verb.UPDATE,
    subject="second_factor",
    body=ConfirmFactorBody,
    answers=ConfirmedFactor,
    secret=True,
    credentials=True,
    in_person=InPerson.ALWAYS,
    enrols=True,
    raises=[Code.PRECONDITION_FAILED, Code.USER_INACTIVE],
)
def confirm_second_factor(*, actor: User, code: str) -> dict[str, Any]:
    """Complete the enrolment with a code of the app. The answer has the recovery codes, shown only once.

    Every other token and session of the account ends: they were issued for the password alone. Raises Refusal:
    precondition_failed (no_pending_enrolment), validation_error (invalid_otp).
    """
    person = require_active_login(actor)
    factor = pending(person)
    if factor is None:
        raise _refused("no_pending_enrolment", "Begin the enrolment first.")
    step = accepted_step(factor, code)
    if step is None:
        raise invalid("code", "The code is wrong or no longer valid.", INVALID_OTP)
    former = enrolled(person)
    if former is not None:
        former.change(ended_at=server_time(former))
    codes, at = new_recovery_codes(), server_time(factor)
    factor.change(confirmed_at=at, last_step=step, recovery_codes=digests(codes))
    person.change(second_factor_at=at)
    _end_others(person)
    return {"recovery_codes": codes}


@operation(
    "access.remove_second_factor",
    roles=None,
    verb=Verb.UPDATE,
    subject="second_factor",
    answers=FactorState,
    credentials=True,
    in_person=InPerson.ALWAYS,
    raises=[Code.USER_INACTIVE],
)
def remove_second_factor(*, actor: User) -> dict[str, Any]:
    """Remove your own second factor. Where one is required, the account can then only enrol another.

    Every other token and session of the account ends.
    """
    person = require_active_login(actor)
    end_factors(person)
    person.change(second_factor_at=None)
    _end_others(person)
    return state_of(person)


@operation(
    "user.reset_second_factor",
    sop=6,
    roles={SA, EX},
    verb=Verb.UPDATE,
    target="user",
    answers=UserOutput,
    duties=[not_own_second_factor],
    elevated=privileged_account,
    condition="never one's own",
    in_person=InPerson.ALWAYS,
    raises=[Code.PRECONDITION_FAILED],
)
def reset_second_factor(*, actor: User, user: User) -> User:
    """Remove the second factor of a person who lost the app and the recovery codes; ends their tokens and sessions.

    SOP 6. Raises Refusal: segregation_of_duties, precondition_failed (no_second_factor).
    """
    if user.second_factor_at is None:
        raise _refused("no_second_factor", "This account has no second factor.")
    end_factors(user)
    revoke_tokens(user)
    end_sessions(user)
    return user.change(second_factor_at=None)


@operation(
    "access.verify_second_factor",
    roles=None,
    verb=Verb.UPDATE,
    subject="second_factor",
    entry_point=EntryPoint.COMMAND,
    raises=[Code.INVALID_CREDENTIALS, Code.OTP_REQUIRED, Code.USER_INACTIVE],
)
def verify_second_factor(*, actor: User, otp: str) -> None:
    """Check the code of a login to the console. Raises Refusal: invalid_credentials."""
    require_code(require_active_login(actor), otp)


def _end_others(person: User) -> None:
    revoke_tokens(person, but=current().token)
    end_sessions(person, but=current().session)


def _refused(code: str, detail: str) -> Refusal:
    return Refusal(Code.PRECONDITION_FAILED, detail, rule="second_factor", errors=[Item(code, detail)])
