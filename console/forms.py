"""Login to the console, with the e-mail address and the password of the account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from unfold.forms import AuthenticationForm

from users.models import User


class LoginForm(AuthenticationForm):  # type: ignore[misc]
    """Failures are counted for the folded address, so that other spellings do not give more attempts."""

    error_messages = {
        "invalid_login": "The e-mail address or the password is wrong, or the account is not active.",
        "inactive": "The e-mail address or the password is wrong, or the account is not active.",
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget.input_type = "email"
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            self.user_cache = authenticate(self.request, email=User.key_of(email), password=password, spelled=email)
            if self.user_cache is None or not self.user_cache.may_act:
                raise forms.ValidationError(self.error_messages["invalid_login"], code="invalid_login")
        return dict(self.cleaned_data)
