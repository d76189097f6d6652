"""Everybody gets an account, a password of their own and a token."""

from collections.abc import Iterator

from ims.demo.cast import CAST, PASSWORD, Person
from ims.docs.tour.steps import CREATED, Chapter, Step
from users.choices import CC, EX, SA, VC

FOUNDING = (SA, EX)
STAFF = tuple(person for person in CAST if person.role not in (*FOUNDING, CC, VC))


def entering(key: str, email: str) -> Iterator[Step]:
    """Who holds a one-time token sets a password and logs in."""
    secret = {"token": f"{{{key}.activation_token}}", "password": PASSWORD}
    yield Step("", f"sets {key.capitalize()}'s password", "POST /auth/activate/", secret)
    login = {"email": email, "password": PASSWORD, "name": "laptop"}
    yield Step("", f"logs {key.capitalize()} in", "POST /auth/token/", login, keep=f"{key}_token")


def enrolling(person: Person) -> Iterator[Step]:
    """An account for a member of staff."""
    body = {
        "name": person.name,
        "email": person.email,
        "role": str(person.role),
        "timezone": person.timezone,
        "department": person.department,
    }
    yield Step("sam", f"adds {person.name}", "POST /users/", body, CREATED, person.key)
    yield from entering(person.key, person.email)


CHAPTERS = (
    Chapter(
        "The first two come from `manage.py bootstrap`.",
        tuple(step for person in CAST if person.role in FOUNDING for step in entering(person.key, person.email)),
    ),
    Chapter("They add the others.", tuple(step for person in STAFF for step in enrolling(person))),
    Chapter("One's own account.", (Step("eva", "reads her own account", "GET /me/", keep="executive"),)),
)
