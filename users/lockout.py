"""Failed logins and activations, counted by django-axes for each pair of account and address."""

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from rest_framework.request import Request

from core.codes import Code
from core.errors import Refusal


def refuse_locked(request: Request, email: str | None = None) -> None:
    """Refuse (429 locked_out) after too many failures: caused by this attempt or, with an address, by earlier ones."""
    locked = getattr(request._request, "axes_locked_out", False)
    if locked or (email is not None and not AxesProxyHandler.is_allowed(request._request, {"email": email})):
        wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
        raise Refusal(Code.LOCKED_OUT, rule="login_lockout", retry_after=wait)


def note_failure(request: Request, email: str) -> None:
    """Count a failure without a password. Raises Refusal (429) if it triggers the lockout."""
    user_login_failed.send(sender=__name__, credentials={"email": email}, request=request._request)
    refuse_locked(request)


def forget_failures(request: Request, email: str) -> None:
    reset(username=email, ip=get_client_ip_address(request._request))
