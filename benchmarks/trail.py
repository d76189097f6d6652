"""The audit trail at 0.1, 1 and 10 million discovery entries: sealing, inserting, listing and verifying.

`python -m benchmarks.trail [SIZE …]` with a DATABASE_URL of an empty PostgreSQL database, which it migrates and fills.
The entries are made by SQL with their real hashes, and sealed by the product. Exits 1 if a figure is not acceptable.
"""

import hashlib
import os
import resource
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import StringIO
from time import perf_counter
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction

from audit.models import AuditEntry
from audit.parallel import verify_in_parallel
from audit.recording import record_discovery
from audit.verify import latest_checkpoint_document, verify
from benchmarks.results import Result, report
from benchmarks.running import doing
from core.context import context
from core.operations.registry import registry
from users.system import system_principal
from vendors.models import Vendor

SIZES = (100_000, 1_000_000, 10_000_000)
BATCH = 500_000
NEW, REPEATED, ROUNDS = 1_000, 300, 5
FILL = """
INSERT INTO audit_auditentry (created_at, user_id, agent, action, operation, origin, reference_type, changes, meta,
                              request_id, source, source_seal, previous_hash, hash)
SELECT at, 0, '', 'entity_discovery', 'read', 'discovery', 'incident', '{{}}',
       jsonb_build_object('entity_type', 'incident', 'filters', jsonb_build_object('page', n::text)),
       'bench', '', '', '',
       encode(sha256(convert_to(E'\\n{{"action":"entity_discovery","agent":"","changes":{{}},"created_at":"' ||
           to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ||
           '","legacy_id":null,"meta":{{"entity_type":"incident","filters":{{"page":"' || n || '"}}}},' ||
           '"operation":"read","origin":"discovery","reference_id":null,"reference_type":"incident",' ||
           '"request_id":"bench","sequence":null,"user_id":0}}', 'UTF8')), 'hex')
FROM (SELECT n, clock_timestamp() AS at FROM generate_series(1, {rows}) n OFFSET 0) made
"""


def main(sizes: tuple[int, ...]) -> int:
    with doing("migrating"):
        call_command("migrate", verbosity=0)
    reader = Reader()
    figures: dict[int, dict[str, float]] = {}
    for size in sizes:
        with doing(f"{size:,} entries"):
            reader.fill(size)
            figures[size] = reader.figures()
        print(f"{size:>12,}", *(f"{name} {value:.4g}" for name, value in figures[size].items()), sep="  ")
    return report(results(figures[sizes[0]], figures[sizes[-1]]))


def results(small: dict[str, float], large: dict[str, float]) -> Iterator[Result]:
    for name in ("sealing", "insert", "list", "list of one action", "one record"):
        yield Result(name, "largest / smallest", large[f"{name} ms"] / small[f"{name} ms"], 1.1, 1.1, most=True)
    yield Result("whole verification", "× bare loop", large["× bare loop"], 0.3, 0.3)
    yield Result("memory of verification", "largest / smallest", large["MB"] / small["MB"], 1.1, 1.1, most=True)


class Reader:
    """What is measured, on the product's own functions."""

    def __init__(self) -> None:

        with acting():
            self.record = Vendor(
                vendor_name="Bench",
                vendor_type="saas_vendor",
                contact_email="bench@example.com",
                contact_phone="+4930123456",
            )
            self.record.save()

    def fill(self, size: int) -> None:
        """Add entries up to a size, and seal them."""

        present = AuditEntry.objects.filter(sequence__isnull=True).count()
        for start in range(present, size, BATCH):
            execute(FILL.format(rows=min(BATCH, size - start)))
        execute("VACUUM ANALYZE audit_auditentry")
        self.seal()

    def seal(self) -> None:

        call_command("audit_checkpoint", stdout=StringIO())

    def figures(self) -> dict[str, float]:

        def newest(**filters: Any) -> Callable[[], Any]:
            return lambda: list(AuditEntry.objects.filter(**filters).order_by("-id").values()[:50])

        sealing = []
        for _ in range(ROUNDS):
            execute(FILL.format(rows=NEW))
            sealing.append(timed(self.seal))
        with acting():
            found = {
                "sealing ms": statistics.median(sealing),
                "insert ms": median(lambda: record_discovery("incident", None, {"page": "1"})),
                "list ms": median(newest()),
                "list of one action ms": median(newest(action="create")),
                "one record ms": median(lambda: verify(reference_type="vendor", reference_id=self.record.pk)),
            }
        bare = timed(bare_loop)
        document, workers = latest_checkpoint_document(), os.cpu_count() or 1
        verdicts = []
        whole = timed(lambda: verdicts.append(verify_in_parallel(workers, sealed=document)))
        if not verdicts[0].verified:
            raise RuntimeError(str(verdicts[0].finding))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        return {**found, "bare loop s": bare / 1000, "whole s": whole / 1000, "× bare loop": bare / whole, "MB": memory}


def acting() -> AbstractContextManager[Any]:
    return context(actor=system_principal(), operation=registry["system.seed"], request_id="bench")


def bare_loop() -> None:
    """What verifying cannot do without: every row is read and hashed once."""

    with transaction.atomic(), connection.connection.cursor(name="bare") as cursor:
        cursor.itersize = 2_000
        for row in cursor.execute("SELECT * FROM audit_auditentry ORDER BY id"):
            hashlib.sha256(repr(row).encode()).digest()


def execute(sql: str) -> None:

    with connection.cursor() as cursor:
        cursor.execute(sql)


def timed(act: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000


def median(act: Callable[[], Any]) -> float:
    return statistics.median(timed(act) for _ in range(REPEATED))


if __name__ == "__main__":
    sys.exit(main(tuple(int(each) for each in sys.argv[1:]) or SIZES))
