"""Login to the console: e-mail address and password, then the one-time code of accounts with a second factor."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from core.context import context, current, new_request_id
from core.errors import Refusal
from core.operations.dispatch import execute
from users.lockout import counted_code
from users.models import User

# The key in the session of a login that waits for its code, and how many seconds it waits.
WAITING, PATIENCE = "login_waits_for_code", 300
BACKEND = "users.authentication.EmailBackend"


class LoginForm(AuthenticationForm):  # type: ignore[misc]
    """Failures are counted for the folded address, so that other spellings do not give more attempts.

    The password is asked first. `awaits_code` is true while the login waits for the one-time code; nobody is logged in
    before it.
    """

    error_messages = {
        "invalid_login": _("The e-mail address or the password is wrong, or the account is not active."),
        "inactive": _("The e-mail address or the password is wrong, or the account is not active."),
        "invalid_otp": _("The code is wrong, expired or used."),
        "expired": _("The login took too long. Start again."),
        "otp_required": _("Enter the code of your authenticator app, or a recovery code."),
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.awaits_code = self.is_bound and "otp" in self.data
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget.input_type = "email"
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        if self.awaits_code:
            self._ask_code()

    def _ask_code(self) -> None:
        attributes = {
            "autocomplete": "one-time-code",
            "autofocus": True,
            "autocapitalize": "off",
            "spellcheck": "false",
        }
        widget = UnfoldAdminTextInputWidget(attrs=attributes)
        self.awaits_code = True
        self.fields = {"otp": forms.CharField(label=_("One-time code"), max_length=64, widget=widget)}

    def clean(self) -> dict[str, Any]:
        if self.awaits_code:
            return self._check_code()
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            user = authenticate(self.request, email=User.key_of(email), password=password, spelled=email)
            if user is None or not user.may_act:
                raise self._refused("invalid_login")
            if user.second_factor_at is not None:
                self._wait(user)
            self.user_cache = user
        return dict(self.cleaned_data)

    def _wait(self, user: Any) -> None:
        """Remember whose code is awaited, on the server."""
        now = timezone.now().timestamp()
        self.request.session[WAITING] = {"user": user.pk, "hash": user.get_session_auth_hash(), "since": now}
        self._ask_code()
        raise self._refused("otp_required")

    def _check_code(self) -> dict[str, Any]:
        user = self._awaited()
        if user is None:
            raise self._refused("expired")
        try:
            with (
                context(request_id=current().request_id or new_request_id()),
                counted_code(self.request, user, self.cleaned_data.get("otp", "")),
            ):
                execute("access.verify_second_factor", actor=user, data={"otp": self.cleaned_data.get("otp", "")})
        except Refusal as refusal:
            if refusal.rule != "second_factor":
                raise
            raise self._refused("invalid_otp") from refusal
        del self.request.session[WAITING]
        user.backend = BACKEND
        self.user_cache = user
        return dict(self.cleaned_data)

    def _awaited(self) -> Any:
        """The account whose code is awaited, unless its password has changed or too much time has passed."""
        waiting = self.request.session.get(WAITING) or {}
        if timezone.now().timestamp() - waiting.get("since", 0) > PATIENCE:
            return None
        user = User.objects.filter(pk=waiting.get("user")).first()
        known = user is not None and user.may_act and user.get_session_auth_hash() == waiting.get("hash")
        return user if known else None

    def _refused(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)
