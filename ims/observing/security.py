"""The security log: a line for each refused attempt, with address, account and code, and never what was sent.

Attempts are requests refused with 403 or by the lockout, failed logins and activations, and wrong current passwords.
"""

from http import HTTPStatus
from typing import Any

import structlog
from django.contrib.auth.signals import user_login_failed
from prometheus_client import Counter

from core.codes import Code
from core.context import current
from core.errors import Refusal
from users.models import User

log = structlog.stdlib.get_logger("ims.security")

ATTEMPTS = Counter("ims_refused_attempts_total", "Refused attempts in the security log, by code.", ["code"])
# Logged by the signal instead, which also covers the console.
BY_SIGNAL = (Code.INVALID_CREDENTIALS,)


def connect() -> None:
    """Receive failed logins."""
    user_login_failed.connect(_login_failed, dispatch_uid="security_log")


def log_refusal(refusal: Refusal, method: str, route: str | None) -> None:
    """Log a refused request, if it is an attempt."""
    forbidden = refusal.meaning.status == HTTPStatus.FORBIDDEN or refusal.code == Code.LOCKED_OUT
    if forbidden and refusal.code not in BY_SIGNAL:
        act = current()
        account = getattr(act.actor, "pk", None)
        _write(str(refusal.code), account, rule=refusal.rule, method=method, route=route)


def _login_failed(sender: Any, credentials: dict[str, Any], code: str = Code.INVALID_CREDENTIALS, **told: Any) -> None:
    address = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.by_address(address) if address else None
    _write(str(code), user.pk if user is not None else None)


def _write(code: str, account: int | None, **more: str | None) -> None:
    ATTEMPTS.labels(code).inc()
    log.warning("refused attempt", code=code, account_id=account, address=current().address or None, **more)
