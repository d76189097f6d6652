"""The system principal: the actor of imports, of bootstrap and of seeded records."""

from core.codes import Code
from core.context import context
from core.errors import Refusal
from core.operations.dispatch import execute
from core.operations.registry import EntryPoint, operation
from core.verbs import Verb
from users.choices import UserStatus
from users.models import SYSTEM_ID, User


def system_principal() -> User:
    """The account under which the installation itself acts. It cannot log in."""
    principal: User = User.objects.get(pk=SYSTEM_ID)
    return principal


def require_person(user: User) -> None:
    """Refuse (409) to change the system principal like a user."""
    if user.is_system:
        raise Refusal(Code.PRECONDITION_FAILED, "The system principal cannot be changed.", rule="system_principal")


@operation("system.seed", roles=(), verb=Verb.CREATE, subject="user", entry_point=EntryPoint.COMMAND)
def seed_system_principal(*, actor: User) -> User:
    """Create the system principal, which is its own creator."""
    principal = User(
        pk=SYSTEM_ID, name="System", email="system@ims.invalid", is_system=True, status=UserStatus.INACTIVE
    )
    principal.created_by_id = principal.updated_by_id = SYSTEM_ID
    principal.set_unusable_password()
    principal.save()
    return principal


def ensure_system_principal(using: str = "default") -> None:
    """Create the system principal unless it exists. Idempotent; called after every migration."""
    if not User.objects.using(using).filter(pk=SYSTEM_ID).exists():
        founder = User(pk=SYSTEM_ID, is_system=True)
        with context(request_id="seed"):
            execute("system.seed", actor=founder)
