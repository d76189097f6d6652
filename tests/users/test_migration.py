"""The migration of installations from before activation shares."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE = [("users", "0002_initial"), ("approvals", "0001_initial")]


@pytest.mark.usefixtures("committed")
def test_old_tokens_are_void_old_passwords_remembered_and_old_rules_tightened():
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    try:
        apps = executor.loader.project_state(BEFORE).apps
        users, rules = apps.get_model("users", "User").objects, apps.get_model("approvals", "ApprovalRule").objects
        stamps = {"created_at": timezone.now(), "updated_at": timezone.now(), "created_by_id": 0, "updated_by_id": 0}
        ids = {}
        for name, password in (("used", "argon2$x"), ("new", "!x"), ("bare", "")):
            made = users.create(
                name=name,
                email=f"{name}@x.example",
                email_key=name,
                role="technical_support",
                password=password,
                **stamps,
            )
            ids[name] = made.pk
            for number in range(2):
                apps.get_model("users", "ActivationToken").objects.create(
                    user=made, digest=f"{name}{number}", expires_at=timezone.now(), **stamps
                )
        rules.filter(operation="vendor.create").update(condition="never", approver_roles=["client_contact"])
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())

    apps = executor.loader.project_state(executor.loader.graph.leaf_nodes()).apps
    tokens, kept = apps.get_model("users", "ActivationToken").objects, apps.get_model("users", "User").objects
    assert not tokens.filter(used_at=None).exists()
    assert {name: kept.get(pk=pk).password_set_at is not None for name, pk in ids.items()} == {
        "used": True,
        "new": False,
        "bare": False,
    }
    rule = apps.get_model("approvals", "ApprovalRule").objects.get(operation="vendor.create")
    assert (rule.condition, rule.approver_roles) == ("declared", ["executive"])
