"""Migrations after the first ones are safe for a running installation, as a linter judges their SQL.

On SQLite every change rebuilds its table, so what the linter says of columns there means nothing; the suite runs on
PostgreSQL, too.
"""

from django.db import connection
from django_migration_linter import MigrationLinter

from tests.architecture.test_structure import PACKAGES

ONLY_REBUILT = ["NOT_NULL", "ADD_UNIQUE", "DROP_TABLE"]
# Written before the linter was in use. While one is applied, processes of the release before it must not write: a new
# column without a default, or a renamed one, refuses their rows, and an index that is built locks its table.
WITHOUT_WRITERS = {
    "audit.0004_source": {"NOT_NULL"},
    "changes.0003_outside_window": {"NOT_NULL"},
    "clients.0003_subscription_high_priority": {"NOT_NULL"},
    "clients.0004_pauses_allowed": {"NOT_NULL"},
    "incidents.0003_communication_sender_user": {"RENAME_COLUMN"},
    "incidents.0004_category_index": {"CREATE_INDEX"},
    "incidents.0005_facts_of_incidents": {"NOT_NULL"},
    "incidents.0006_no_alert_is_lost": {"ADD_UNIQUE"},
    "incidents.0007_evidence": {"NOT_NULL"},
    "reporting.0003_void_reason": {"NOT_NULL"},
    "users.0003_access": {"NOT_NULL", "ADD_UNIQUE", "CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE"},
    "users.0005_agent_grants": {"NOT_NULL", "CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE"},
    # The indexes of a new, empty table.
    "users.0006_second_factor": {"CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE"},
}


class Findings(MigrationLinter):
    """The linter, which keeps the codes of what it finds for each migration."""

    def __init__(self, **options):
        super().__init__(no_output=True, no_cache=True, ignore_initial_migrations=True, **options)
        self.found, self.judged, self._codes = {}, set(), set()

    def lint_migration(self, migration):
        self._codes = set()
        super().lint_migration(migration)
        name = f"{migration.app_label}.{migration.name}"
        self.judged.add(name)
        if self._codes:
            self.found[name] = self._codes

    def print_errors(self, errors):
        self._codes |= {each.code for each in errors} - set(self.exclude_migration_tests)

    def print_warnings(self, warnings_details):
        self.print_errors(warnings_details)


def test_migrations_are_safe_while_others_write(django_db_setup, django_db_blocker):
    rebuilds = connection.vendor == "sqlite"
    with django_db_blocker.unblock():  # without a transaction, in which SQLite renders no SQL of changes
        linter = Findings(include_apps=PACKAGES, exclude_migration_tests=ONLY_REBUILT if rebuilds else [])
        linter.lint_all_migrations()

    assert len(linter.judged) > 15
    assert set(WITHOUT_WRITERS) <= linter.judged
    if rebuilds:
        assert {name: codes for name, codes in linter.found.items() if name not in WITHOUT_WRITERS} == {}
    else:
        assert linter.found == WITHOUT_WRITERS
