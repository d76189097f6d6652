"""The modules that state the rules, and their tests."""

from dataclasses import dataclass

SEGREGATION = ("tests/scenarios/test_segregation.py",)
ENDING = (
    "tests/resolution/test_resolve.py",
    "tests/resolution/test_close.py",
    "tests/resolution/test_reopen.py",
    "tests/resolution/test_review.py",
    "tests/resolution/test_readiness.py",
    "tests/resolution/test_evidence.py",
    "tests/resolution/test_segregation.py",
    "tests/resolution/test_confirm.py",
)
ACCOUNTS = (
    "tests/users/test_create.py",
    "tests/users/test_activation.py",
    "tests/users/test_permissions.py",
    "tests/users/test_update.py",
    "tests/users/test_tokens.py",
    "tests/users/test_end_access.py",
    "tests/users/test_sessions.py",
    "tests/users/test_profile.py",
)
INCIDENTS = (
    "tests/incidents/test_create.py",
    "tests/incidents/test_update.py",
    "tests/incidents/test_duties.py",
    "tests/incidents/test_facts.py",
    "tests/incidents/test_classify.py",
)
RESPONSE = (
    "tests/incidents/test_escalate.py",
    "tests/incidents/test_communicate.py",
    "tests/incidents/test_work_around.py",
    "tests/incidents/test_analyse.py",
)
EVENTS = (
    "tests/incidents/test_events.py",
    "tests/incidents/test_events_correlate.py",
    "tests/incidents/test_correlate.py",
)
CHANGES = ("tests/changes/test_change.py", "tests/changes/test_rollback.py")
KNOWLEDGE = (
    "tests/knowledge/test_write_article.py",
    "tests/knowledge/test_publish_article.py",
    "tests/knowledge/test_review.py",
    "tests/knowledge/test_action_items.py",
)
CLIENTS = (
    "tests/clients/test_agree_on_service_levels.py",
    "tests/clients/test_assign_managers.py",
    "tests/clients/test_create_client.py",
    "tests/clients/test_manage_service_levels.py",
    "tests/clients/test_set_calendar.py",
    "tests/clients/test_subscribe.py",
    "tests/clients/test_update_client.py",
)
GATE = ("tests/approvals",)
REFUSALS = ("tests/core/test_order_of_refusals.py", "tests/architecture/test_declarations.py")


@dataclass(frozen=True, slots=True)
class Target:
    """A module, and the tests that must detect its changes."""

    path: str
    tests: tuple[str, ...]
    # Only the declarations of its operations are mutated, not the functions.
    declarations: bool = False


def _declaring(tests: tuple[str, ...], *paths: str) -> list[Target]:
    return [Target(path, tests, declarations=True) for path in paths]


TARGETS: tuple[Target, ...] = (
    Target("approvals/gate.py", (*GATE, *SEGREGATION, "tests/ims/test_inbox.py")),
    Target("approvals/duties.py", GATE),
    Target("approvals/policy.py", (*GATE, "tests/scenarios/test_segregation.py")),
    Target("approvals/choices.py", GATE),
    Target("core/operations/lifecycle.py", (*RESPONSE, *CHANGES, *GATE, *REFUSALS)),
    Target("core/operations/conditions.py", (*REFUSALS, *ACCOUNTS, *CLIENTS, "tests/approvals/test_check.py")),
    Target("core/operations/authorization.py", (*REFUSALS, *GATE, *ACCOUNTS)),
    Target("users/duties.py", (*ACCOUNTS, *SEGREGATION)),
    Target("vendors/duties.py", ("tests/vendors/test_register.py", "tests/approvals/test_check.py")),
    Target("clients/duties.py", (*CLIENTS, *SEGREGATION)),
    Target("incidents/duties.py", (*INCIDENTS, *ENDING, *EVENTS, *SEGREGATION)),
    Target("incidents/response/duties.py", (*RESPONSE, *ENDING, *SEGREGATION)),
    Target("incidents/response/choices.py", (*RESPONSE, *ENDING)),
    Target("incidents/choices.py", (*INCIDENTS, *RESPONSE, *ENDING)),
    Target("incidents/lifecycle.py", (*INCIDENTS, *RESPONSE, *ENDING)),
    Target("incidents/severity.py", (*INCIDENTS, *EVENTS)),
    Target("incidents/severity_updates.py", (*INCIDENTS, *EVENTS)),
    Target("incidents/reclassification.py", ("tests/incidents/test_facts.py",)),
    Target("clients/priority.py", ("tests/incidents/test_facts.py", "tests/clients/test_subscribe.py")),
    Target("changes/duties.py", (*CHANGES, *SEGREGATION)),
    Target("changes/choices.py", CHANGES),
    Target("knowledge/duties.py", (*KNOWLEDGE, *SEGREGATION)),
    Target("knowledge/choices.py", KNOWLEDGE),
    Target("resolution/duties.py", (*ENDING, *SEGREGATION)),
    Target("resolution/readiness.py", ENDING),
    Target("resolution/facts.py", ENDING),
    Target("resolution/duplicates.py", ENDING),
    *_declaring(
        (*ENDING, *SEGREGATION),
        "resolution/operations/close.py",
        "resolution/operations/confirm.py",
        "resolution/operations/reopen.py",
        "resolution/operations/resolve.py",
        "resolution/operations/review.py",
    ),
    *_declaring((*GATE, *SEGREGATION), "approvals/operations.py", "approvals/handoffs.py"),
    *_declaring((*CHANGES, *SEGREGATION), "changes/operations/changes.py", "changes/operations/rollbacks.py"),
    *_declaring(
        (*INCIDENTS, *RESPONSE, *SEGREGATION),
        "incidents/operations/create.py",
        "incidents/operations/update.py",
        "incidents/operations/escalations.py",
        "incidents/operations/analyses.py",
        "incidents/operations/workarounds.py",
        "incidents/operations/communications.py",
    ),
    *_declaring(
        (*KNOWLEDGE, *SEGREGATION),
        "knowledge/operations/articles.py",
        "knowledge/operations/reviews.py",
        "knowledge/operations/action_items.py",
    ),
    *_declaring(
        (*CLIENTS, *SEGREGATION),
        "clients/operations/agreements.py",
        "clients/operations/subscriptions.py",
        "clients/operations/business_hours.py",
    ),
    *_declaring(
        (*ACCOUNTS, *SEGREGATION),
        "users/operations/accounts.py",
        "users/operations/activation.py",
        "users/operations/permissions.py",
        "users/operations/tokens.py",
        "users/operations/sessions.py",
    ),
    *_declaring(("tests/vendors/test_register.py", "tests/approvals/test_check.py"), "vendors/operations.py"),
)
BY_PATH = {each.path: each for each in TARGETS}
