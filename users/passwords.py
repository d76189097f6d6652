"""Password rules: strength by zxcvbn, and unlikeness to the owner's data."""

from typing import Any

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from core.errors import invalid
from users.models import User

# Of 0 to 4: 3 withstands 10^8 guesses or more, which online attempts never reach and offline ones not soon.
LEAST_SCORE = 3
# What it judges: beyond this, its time grows and its judgement does not.
JUDGED_LENGTH = 72
OBVIOUS = ("incident", "management", "system", "ims")

LIKENESS = UserAttributeSimilarityValidator(user_attributes=("name", "email"))


class StrengthValidator:
    """Refuses passwords that are easy to guess: words, names, dates, keyboard patterns, repetitions, in several
    languages of its own lists, locally.
    """

    def validate(self, password: str, user: Any = None) -> None:
        known = [*OBVIOUS, *(str(getattr(user, name, "")) for name in ("name", "email"))]
        judged = zxcvbn(password[:JUDGED_LENGTH], user_inputs=known)
        if judged["score"] < LEAST_SCORE:
            advice = [judged["feedback"]["warning"], *judged["feedback"]["suggestions"]]
            raise ValidationError(" ".join(["This password is easy to guess.", *filter(None, advice)]), "weak")

    def get_help_text(self) -> str:
        return "The password must not be easy to guess."


def require_unlike(user: User, password: str) -> None:
    """Refuse (400) a password similar to its owner's data; the owner is only known once the activation is found."""
    try:
        LIKENESS.validate(password, user)
    except ValidationError as error:
        raise invalid("password", " ".join(error.messages), "weak_password") from error
