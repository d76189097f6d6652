"""The hash chain: stable through both databases, whole under concurrency."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.chain import GENESIS, canonical, canonical_value, entry_hash
from audit.models import AuditEntry
from audit.verify import verify
from core.context import context
from core.operations.registry import registry
from tests.api import Api
from tests.audit.factories import state
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import TS
from users.system import system_principal

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
scalars = st.none() | st.booleans() | text | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
json = st.dictionaries(
    text, st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3))
)


def read_again(entry):
    names = [field.attname for field in AuditEntry._meta.concrete_fields]
    return AuditEntry.objects.values(*names).get(pk=entry.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        *(1e16, 1e22, -0.0, 1e-7, 0.1, 5e-324, 1.7976931348623157e308, 1.0),
        *(2**63, -(2**70), 2**53 + 1, True, None),
        *("e\u0301", "\u00e9", "\U0001f680", "\u2028", "\x7f", "\x1f", '"\\/', ""),
    ],
)
def test_no_value_hashes_differently_after_storage(value):
    entry = state(VendorFactory(), {"value": value, "list": [value], "within": {"b": value, "a": value}})
    row = read_again(entry)
    assert row["hash"] == entry_hash(row, row["previous_hash"])


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(meta=json)
def test_any_json_hashes_alike_after_storage(meta):
    row = read_again(state(system_principal(), meta))
    assert row["hash"] == entry_hash(row, row["previous_hash"])


def test_the_horizon_never_excludes_committed_entries():
    kept = {"a": [1, "x", None, True, 0.5, {"b": 2**63 - 1}]}
    assert canonical_value(kept) == kept
    assert canonical_value([2.0, -0.0, 1e300, 2**63]) == [2, 0, str(int(1e300)), str(2**63)]
    assert canonical_value(True) is True


def test_the_hash_covers_every_part_of_an_entry_and_the_hash_before_it():
    values = {
        "created_at": datetime(2025, 9, 24, 9, tzinfo=UTC),
        "user_id": 1,
        "agent": "",
        "action": "create",
        "operation": "vendor.create",
        "origin": "system",
        "reference_type": "vendor",
        "reference_id": 7,
        "changes": {},
        "meta": {},
        "request_id": "r",
        "legacy_id": None,
        "sequence": 1,
        "token_id": 9,
        "source_seal": "",
    }
    original = entry_hash(values, GENESIS)
    changed = {name: datetime(2025, 9, 25, tzinfo=UTC) if name == "created_at" else "other" for name in values}
    assert len({original, *(entry_hash({**values, name: changed[name]}, GENESIS) for name in values)}) == 16
    before = {**values, "token_id": None}
    assert b"token_id" not in canonical(before)
    assert entry_hash(values, "1" * 64) != original
    assert b'"created_at":"2025-09-24T09:00:00.000000Z"' in canonical(values)


@pytest.mark.django_db
def test_every_record_has_its_own_chain_from_one():
    first, second = VendorFactory(), VendorFactory()
    state(first)
    state(second)
    chain = AuditEntry.objects.filter(reference_type="vendor").order_by("reference_id", "sequence")
    assert [(entry.reference_id, entry.sequence) for entry in chain] == [
        (first.pk, 1),
        (first.pk, 2),
        (second.pk, 1),
        (second.pk, 2),
    ]
    assert chain[0].previous_hash == GENESIS
    assert chain[1].previous_hash == chain[0].hash


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite admits one writer at a time")
@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("door", ["api", "sink"])
def test_writers_at_the_same_moment_leave_one_whole_chain(door):
    vendor, rounds, writers = VendorFactory(), 5, 6
    clients = [Api(UserFactory(role=TS)) for _ in range(writers)]
    principal, failures, start = system_principal(), [], threading.Barrier(writers)
    body = {"action": "tool_use", "reference_type": "vendor", "reference_id": vendor.pk}

    def write(client):
        try:
            start.wait()
            for _ in range(rounds):
                if door == "api":
                    client.post("/audit-entries/", body, expect=201)
                    continue
                with context(actor=principal, operation=registry["system.seed"]), transaction.atomic():
                    state(vendor)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    chain = AuditEntry.objects.filter(reference_type="vendor", reference_id=vendor.pk).order_by("sequence")
    assert [entry.sequence for entry in chain] == list(range(1, rounds * writers + 2))
    assert verify(reference_type="vendor", reference_id=vendor.pk).verified
