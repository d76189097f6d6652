"""The second factor: codes of an authenticator app, and recovery codes that work once.

The arithmetic is django-otp's. Its device models are not used: they save themselves outside operations, so neither the
audit trail nor the row lock of a login would cover them.
"""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.oath import hotp

from core.codes import Code
from core.errors import Refusal
from core.models import server_time
from users.models import CodeGuesses, SecondFactor, User
from users.tokens import token_digest

ISSUER = "Incident Management"
# Codes change every STEP seconds; a clock may differ by TOLERANCE steps.
STEP, TOLERANCE, DIGITS = 30, 1, 6
RECOVERY_CODES, RECOVERY_BYTES, GROUP = 10, 10, 4


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def provisioning_uri(user: User, secret: str) -> str:
    """The address that an authenticator app reads from a QR code."""
    label = quote(f"{ISSUER}:{user.email}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER}, quote_via=quote)}"


def encrypted(secret: str) -> str:
    """A secret as it is stored. A copy of the database without SECRET_KEY discloses no secret."""
    return _cipher().encrypt(secret.encode()).decode()


def decrypted(stored: str) -> str | None:
    """A stored secret; None if it was encrypted with a key that is no longer in the settings."""
    try:
        return _cipher().decrypt(stored.encode()).decode()
    except InvalidToken:
        return None


def _cipher() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    return bytes(salted_hmac("users.second_factor", "secret", secret=key, algorithm="sha256").digest())


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 bits, in groups: they need no slow hash."""
    codes = (base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES))
    return ["-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)) for code in codes]


def digests(codes: Iterable[str]) -> list[str]:
    return [token_digest(_plain(code)) for code in codes]


def _plain(code: str) -> str:
    """A code as it is compared: people copy it with spaces, hyphens and capitals."""
    return "".join(character for character in code.lower() if character.isalnum())


def state_of(user: User) -> dict[str, bool]:
    """Whether the account has a second factor, and whether it must have one."""
    return {"enrolled": user.second_factor_at is not None, "mandatory": user.needs_second_factor}


def enrolled(user: Any) -> SecondFactor | None:
    """The account's confirmed factor."""
    found: SecondFactor | None = _current(user).filter(confirmed_at__isnull=False).first()
    return found


def pending(user: Any) -> SecondFactor | None:
    """The account's enrolment that waits for its first code."""
    found: SecondFactor | None = _current(user).filter(confirmed_at=None).first()
    return found


def _current(user: Any) -> Any:
    return SecondFactor.objects.of(user).filter(ended_at=None)


def end_factors(user: Any) -> None:
    """End the account's factor, and any enrolment."""
    for factor in _current(user):
        factor.change(ended_at=server_time(factor))


def accepted_step(factor: SecondFactor, code: str) -> int | None:
    """The time step of a code, if it is valid now and later than the last accepted one."""
    secret, plain = decrypted(factor.secret), _plain(code)
    if secret is None:
        return None
    now = step_at(timezone.now())
    steps = range(max(now - TOLERANCE, factor.last_step + 1), now + TOLERANCE + 1)
    return next((each for each in steps if compare_digest(_code(secret, each).encode(), plain.encode())), None)


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP


def code_at(secret: str, moment: datetime) -> str:
    """The code that an authenticator app shows at a moment."""
    return _code(secret, step_at(moment))


def _code(secret: str, step: int) -> str:
    return f"{hotp(base64.b32decode(secret), step):0{DIGITS}}"


def use_code(factor: SecondFactor, code: str) -> bool:
    """Accept a code of the app or a recovery code, each of them once.

    The caller has locked the account's row, so of two simultaneous logins with one code the database admits one.
    """
    step, digest = accepted_step(factor, code), token_digest(_plain(code))
    if step is not None:
        factor.change(last_step=step, secret=_renewed(factor.secret))
        return True
    if digest not in factor.recovery_codes:
        return False
    factor.change(recovery_codes=[each for each in factor.recovery_codes if each != digest])
    return True


def _renewed(stored: str) -> str:
    """A stored secret under the current key, so that a former one can leave the settings."""
    try:
        Fernet(base64.urlsafe_b64encode(_derived(settings.SECRET_KEY))).decrypt(stored.encode())
    except InvalidToken:
        return _cipher().rotate(stored.encode()).decode()
    return stored


def take_guess(user: User) -> None:
    """Count a code before it is compared. Raises Refusal (429) beyond the limit.

    The database decides: of simultaneous guesses no more than the limit are compared. Only who knows the password
    reaches this count, so others cannot lock an account with it.
    """
    now = timezone.now()
    CodeGuesses.objects.bulk_create([CodeGuesses(user=user, since=now)], ignore_conflicts=True)
    if _counted(user, now):
        return
    _begin_again(user, now)
    if not _counted(user, now):
        wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
        raise Refusal(Code.LOCKED_OUT, rule="login_lockout", retry_after=wait)


def _counted(user: User, now: Any) -> bool:
    within = CodeGuesses.objects.filter(user=user, since__gt=now - settings.AXES_COOLOFF_TIME)
    return bool(within.filter(count__lt=settings.AXES_FAILURE_LIMIT).update(count=F("count") + 1))


def _begin_again(user: User, now: Any) -> None:
    """Forget guesses that are long ago; of simultaneous requests one does."""
    earlier = CodeGuesses.objects.filter(user=user, since__lte=now - settings.AXES_COOLOFF_TIME)
    earlier.update(count=0, since=now)


def forget_guesses(user: User) -> None:
    """After an accepted code."""
    CodeGuesses.objects.filter(user=user).update(count=0)
