"""One installation of benchmarks.trail: `python -m benchmarks.trail_probe fill SIZE`, or `latency`, or `whole`.

The entries are made by SQL with their real hashes, and sealed by the product. Prints the figures as JSON.
"""

import hashlib
import json
import os
import resource
import statistics
import sys
from collections.abc import Callable
from http import HTTPStatus
from io import StringIO
from time import perf_counter
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from rest_framework.test import APIClient

from audit.parallel import verify_in_parallel
from audit.recording import record_discovery
from audit.verify import latest_checkpoint_document, verify
from core.context import context
from core.operations.registry import registry
from tests.users.factories import UserFactory
from users.choices import EX
from users.models import User
from users.system import system_principal
from users.tokens import new_token
from vendors.models import Vendor

BATCH = 500_000
NEW, REPEATED, ROUNDS = 1_000, 100, 5
LIST = "/api/v1/audit-entries/?page_size=50"
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


def fill(size: str) -> dict[str, float]:
    """Add an account, one record and a number of entries, and seal them."""
    UserFactory(role=EX)
    Vendor(vendor_name="B", vendor_type="saas_vendor", contact_email="b@b.example", contact_phone="+4930123456").save()
    for start in range(0, int(size), BATCH):
        execute(FILL.format(rows=min(BATCH, int(size) - start)))
    execute("VACUUM ANALYZE audit_auditentry")
    seal()
    return {}


def latency() -> dict[str, float]:
    """The middle times, in milliseconds: sealing new entries, an insert, lists, the verification of one record."""
    record, ask = Vendor.objects.get(), asking(User.objects.get(role=EX))
    sealing = []
    for _ in range(ROUNDS):
        execute(FILL.format(rows=NEW))
        sealing.append(timed(seal))
    return {
        "sealing": statistics.median(sealing),
        "insert": median(lambda: record_discovery("incident", None, {"page": "1"})),
        "list": median(lambda: ask(LIST)),
        "list of one action": median(lambda: ask(f"{LIST}&action=create")),
        "one record": median(lambda: verify(reference_type="vendor", reference_id=record.pk)),
    }


def whole() -> dict[str, float]:
    """A verification of everything and a loop that does no more than it must, in seconds; the memory in MB."""
    bare, verdicts = timed(bare_loop), []
    document, workers = latest_checkpoint_document(), os.cpu_count() or 1
    seconds = timed(lambda: verdicts.append(verify_in_parallel(workers, sealed=document)))
    if not verdicts[0].verified:
        raise RuntimeError(str(verdicts[0].finding))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"bare loop": bare / 1000, "whole": seconds / 1000, "MB": memory}


def asking(reader: User) -> Callable[[str], None]:
    """Requests of this account."""
    client = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Token {new_token(reader, days=1)[1]}")

    def ask(path: str) -> None:
        answer = client.get(path)
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(answer.content.decode())

    return ask


def seal() -> None:
    call_command("audit_checkpoint", stdout=StringIO())


def bare_loop() -> None:
    """Read and hash every row once, which no verification can avoid."""
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


PROBES: dict[str, Callable[..., dict[str, float]]] = {"fill": fill, "latency": latency, "whole": whole}


if __name__ == "__main__":
    with context(actor=system_principal(), operation=registry["system.seed"], request_id="bench"):
        print(json.dumps(PROBES[sys.argv[1]](*sys.argv[2:])))
