"""The initial approval rules of an installation: one for each operation that declares an elevation."""

from django.conf import settings

from approvals.models import ApprovalRule
from core.context import context
from core.operations.dispatch import execute
from core.operations.registry import EntryPoint, operation, registry
from core.verbs import Verb
from users.models import User
from users.system import system_principal


@operation(
    "system.seed_rules",
    roles=(),
    verb=Verb.CREATE,
    subject="approval_rule",
    entry_point=EntryPoint.COMMAND,
)
def seed_rules(*, actor: User, missing: list[str]) -> None:
    """Add approval rules that operations declare and the database lacks; existing rules stay as edited."""
    for name in missing:
        elevated = registry[name].elevated
        roles = sorted(elevated.approvers) if elevated else []
        ApprovalRule(operation=name, approver_roles=roles, validity_hours=settings.IMS_APPROVAL_HOURS).save()


def ensure_rules() -> None:
    """Seed missing rules. Idempotent; called after every migration."""
    present = set(ApprovalRule.objects.values_list("operation", flat=True))
    missing = [each.name for each in registry if each.elevated is not None and each.name not in present]
    if missing:
        with context(request_id="seed"):
            execute("system.seed_rules", actor=system_principal(), data={"missing": missing})
