"""Failed logins, activations and wrong current passwords, counted by django-axes for each pair of account and address.

An account is also protected against guesses from many addresses: after a larger number of failures within the cool-off
time, only addresses from which its owner has logged in before are heard. So no one can be locked out permanently by
others.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt, AccessLog
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from core.codes import Code
from core.context import current
from core.errors import Refusal
from users.models import User
from users.second_factor import take_guess

KEY_LENGTH = 254
# The code of a wrong current password.
WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a code, not a secret


def key_of(user: User) -> str:
    """The key under which an account's failures are counted."""
    return str(user.email_key[:KEY_LENGTH])


def refuse_locked(request: Request, email: str | None = None) -> None:
    """Refuse (429 locked_out) after too many failures: caused by this attempt or, with an address, by earlier ones."""
    _refuse_locked(request._request, email)


def refuse_guesses_from_anywhere(request: Request, email: str) -> None:
    """Refuse (429 locked_out) an unknown address after too many failures of this account from all addresses."""
    recent = AccessAttempt.objects.filter(username=email, attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME)
    failures = recent.aggregate(all=Sum("failures_since_start"))["all"] or 0
    if failures < settings.IMS_LOGIN_FAILURES_ANYWHERE:
        return
    address = get_client_ip_address(request._request)
    if not AccessLog.objects.filter(username=email, ip_address=address).exists():
        raise _locked_out()


def note_failure(request: Request, email: str) -> None:
    """Count a failure without a password. Raises Refusal (429) if it triggers the lockout."""
    _count(request._request, email)
    refuse_locked(request)


def forget_failures(request: Request, email: str) -> None:
    """After a success: the failures of this pair are forgotten, and the address is known."""
    address = get_client_ip_address(request._request)
    reset(username=email, ip=address)
    if not AccessLog.objects.filter(username=email, ip_address=address).exists():
        AccessLog.objects.create(username=email, ip_address=address, path_info=request.path[:255])


@contextmanager
def counted_code(request: HttpRequest, user: User, otp: str) -> Iterator[None]:
    """Compare a one-time code in this block: the guess is counted before, and a wrong one as a failed login."""
    if otp.strip() and user.second_factor_at is not None and user.may_act:
        take_guess(user)
    try:
        yield
    except Refusal as refusal:
        if refusal.rule == "second_factor" and refusal.code == Code.INVALID_CREDENTIALS:
            _count(request, key_of(user))
            _refuse_locked(request, None)
        raise


def refuse_locked_person(user: User) -> None:
    """Refuse (429 locked_out) another guess of a current password. The request is known from the context."""
    _refuse_locked(_request_of_context(), key_of(user))


def note_wrong_password(user: User) -> None:
    """Count a wrong current password as a failed login."""
    _count(_request_of_context(), key_of(user), WRONG_PASSWORD)


def _refuse_locked(request: HttpRequest, email: str | None) -> None:
    locked = getattr(request, "axes_locked_out", False)
    if locked or (email is not None and not AxesProxyHandler.is_allowed(request, {"email": email})):
        raise _locked_out()


def _locked_out() -> Refusal:
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return Refusal(Code.LOCKED_OUT, rule="login_lockout", retry_after=wait)


def _count(request: HttpRequest, email: str, code: str = Code.INVALID_CREDENTIALS) -> None:
    user_login_failed.send(sender=__name__, credentials={"email": email}, request=request, code=code)


def _request_of_context() -> HttpRequest:
    """The attributes of a request that django-axes needs, for operations without one."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = current().address
    return request
