"""Password rules beyond the installation's validators."""

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError

from core.errors import invalid
from users.models import User

LIKENESS = UserAttributeSimilarityValidator(user_attributes=("name", "email"))


def require_unlike(user: User, password: str) -> None:
    """Refuse (400) a password similar to its owner's data; the owner is only known once the activation is found."""
    try:
        LIKENESS.validate(password, user)
    except ValidationError as error:
        raise invalid("password", " ".join(error.messages), "weak_password") from error
