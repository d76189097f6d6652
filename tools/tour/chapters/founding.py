"""All people get an account, their own password and a token."""

from collections.abc import Iterator, Sequence

from tools.demo.cast import CAST, PASSWORD, Person
from tools.tour.steps import CREATED, Chapter, Step
from users.choices import CC, EX, PRIVILEGED, SA, VC

FOUNDING = (SA, EX)
STAFF = tuple(person for person in CAST if person.role not in (*FOUNDING, CC, VC))


def entering(key: str, email: str, shares: Sequence[str] = ()) -> Iterator[Step]:
    """Set a password with both shares of an activation, and log in."""
    found = (f"{{{key}.shares.0}}", f"{{{key}.shares.1}}")
    body = {"shares": list(shares or found), "password": PASSWORD}
    yield Step("", f"sets {key.capitalize()}'s password", "POST /auth/activate/", body)
    login = {"email": email, "password": PASSWORD, "name": "laptop"}
    yield Step("", f"logs {key.capitalize()} in", "POST /auth/token/", login, keep=f"{key}_token")


def opening(key: str, email: str) -> Iterator[Step]:
    """The executive issues the second share of an account, and its owner activates it."""
    yield countersigning(key)
    yield from entering(key, email, shares_of(key))


def countersigning(key: str) -> Step:
    path = f"POST /users/{{{key}.id}}/activation-token/countersign/"
    return Step("eva", f"countersigns {key.capitalize()}'s account", path, keep=f"{key}_other", shows=("status",))


def shares_of(key: str) -> tuple[str, str]:
    """The names under which the tour keeps the two shares of a new account."""
    return f"{{{key}.activation_share}}", f"{{{key}_other.activation_share}}"


def enrolling(person: Person) -> Iterator[Step]:
    """An account for a member of staff; for a privileged one with the executive's approval."""
    body = {
        "name": person.name,
        "email": person.email,
        "role": str(person.role),
        "timezone": person.timezone,
        "department": person.department,
    }
    lent = {}
    if person.role in PRIVILEGED:
        asked, lent = f"{person.key}_approval", {"Approval-Id": f"{{{person.key}_approval.id}}"}
        wanted = {"operation": "user.create", "payload": body}
        yield Step("sam", f"requests an approval to add {person.name}", "POST /approvals/", wanted, CREATED, asked)
        yield Step("eva", "approves", f"POST /approvals/{{{asked}.id}}/approve/", {"comment": "Welcome."})
    yield Step("sam", f"adds {person.name}", "POST /users/", body, CREATED, person.key, lent)
    yield from opening(person.key, person.email)


CHAPTERS = (
    Chapter(
        "The first two come from `manage.py bootstrap`.",
        tuple(step for person in CAST if person.role in FOUNDING for step in entering(person.key, person.email)),
    ),
    Chapter("They add the others.", tuple(step for person in STAFF for step in enrolling(person))),
    Chapter("Your own account.", (Step("eva", "reads her own account", "GET /me/", keep="executive"),)),
)
