"""Analytics at 100,000 incidents: bounded statements, and no sequential scan over the audit table.

Run with `make bench` and a DATABASE_URL of PostgreSQL; a database of its own is made and dropped. Exits 1 when a
statement's plan scans the audit table, or when the number of statements depends on the data.
"""

import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

os.environ["IMS_ENVIRONMENT"] = "test"
os.environ["IMS_ACCESS_LOG"] = "0"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rich.console import Console
from rich.table import Table

from audit.models import AuditEntry
from benchmarks.rows import multiply
from benchmarks.running import doing
from core.context import context
from core.operations.registry import registry
from incidents.models import Incident
from tests.api import Api, statements
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import IM
from users.system import system_principal

INCIDENTS, ENTRIES = 100_000, 300_000
MAX_STATEMENTS = 10
PERIOD = "from=2025-01-01&to=2025-12-31"
MONTH = "from=2025-06-01&to=2025-06-30"
QUESTIONS = [
    f"/analytics/?{MONTH}&interval=day",
    f"/analytics/?{MONTH}&interval=day&group_by=client",
    f"/analytics/?{PERIOD}&interval=month",
    *(f"/analytics/?{PERIOD}&interval=month&group_by={each}" for each in ("client", "product", "severity", "category")),
]


def populate() -> Any:
    """One year of closed incidents, and an audit trail three times as long; returns an incident manager."""
    times = dict.fromkeys(("detected_at", "resolved_at", "closed_at"), datetime(2025, 1, 1, tzinfo=UTC))
    IncidentFactory(component=ComponentFactory(), status="closed", **times)
    moment = "timestamptz '2025-01-01' + n * interval '5 minutes'"
    later = {"resolved_at": "4 hours", "closed_at": "1 day", "acknowledged_at": "10 minutes"}
    stamps = {name: f"{moment} + interval '{after}'" for name, after in later.items()}
    multiply(Incident, INCIDENTS, open_key="'bench/' || n", detected_at=moment, created_at=moment, **stamps)
    reader = UserFactory(role=IM)
    Api(reader).get("/incidents/?page_size=1", expect=200)
    multiply(AuditEntry, ENTRIES, created_at=moment)
    return reader


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


def ask(reader: Api, question: str) -> tuple[int, float, list[str]]:
    """Ask once; the number of statements, the seconds, and the statements that scan the audit table."""
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        reader.get(question, expect=200)
    took = time.perf_counter() - began
    asked = statements(captured)
    scans = [sql for sql in asked if sql.startswith("SELECT") and f"Seq Scan on {AUDIT}" in plan_of(sql)]
    return len(asked), took, scans


AUDIT = AuditEntry._meta.db_table


def baseline() -> float:
    """The seconds of one bare pass over the incidents, by which the answers are measured."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(resolved_at - detected_at) FROM {Incident._meta.db_table}")  # noqa: S608
    return time.perf_counter() - began


def main() -> int:
    if connection.vendor != "postgresql":
        print("This benchmark needs PostgreSQL: set DATABASE_URL.", file=sys.stderr)
        return 2
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    # Statements are read back as text, so parameters are bound on this side for this run.
    connection.settings_dict["OPTIONS"].update(server_side_binding=False)
    with doing("Making a database"):
        old = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        seeding = context(actor=system_principal(), operation=registry["system.seed"], request_id="bench")
        with doing(f"Filling a database with {INCIDENTS:,} incidents"), seeding:
            reader = Api(populate())
        return report(reader)
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


def report(reader: Api) -> int:
    table = Table("question", "statements", "× one bare pass", "scans of the audit table", box=None)
    failed = False
    for question in QUESTIONS:
        with doing(f"Asking for {question}"):
            count, took, scans = ask(reader, question)
            table.add_row(question, str(count), f"{took / baseline():.1f}", str(len(scans)))
        failed = failed or bool(scans) or count > MAX_STATEMENTS
    Console(width=140).print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
