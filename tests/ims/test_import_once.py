"""Concurrent imports, and the cost of an import."""

import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from ims.legacy import operation
from ims.legacy.operation import import_folder
from ims.legacy.readers import choice
from ims.legacy.report import Report
from ims.legacy.schema import Table, column
from tests.ims.old_export import COUNT, ID, OldExport, report_of, run
from vendors.models import Vendor


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_two_imports_at_once_import_once(committed, export):
    reports: list[Report] = []
    gate = threading.Barrier(2)

    def start() -> None:
        gate.wait()
        try:
            reports.append(import_folder(export.folder))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted((report.imported, report.unchanged) for report in reports) == [(0, COUNT), (COUNT, 0)]
    assert AuditEntry.objects.filter(reference_type="vendor", reference_id=ID).count() == 1


@pytest.mark.django_db
def test_statements_grow_with_the_rows_by_a_constant(export):
    """A record: its insert and its entry. That it has no chain yet is asked once for its table.

    The second run imports twenty records and leaves those of the first alone.
    """
    with CaptureQueriesContext(connection) as few:
        run(export)
    for extra in range(1, 21):
        export.add("components", ID + extra, name=f"node-{extra}")
    with CaptureQueriesContext(connection) as more:
        run(export)

    assert len(more) - (len(few) - COUNT * 2) <= 20 * 2


@pytest.mark.django_db
def test_an_already_imported_row_needs_no_query(export):
    for extra in range(1, 21):
        export.add("components", ID + extra, name=f"node-{extra}")
    run(export)
    with CaptureQueriesContext(connection) as again:
        run(export)

    assert sum('"products_component"' in each["sql"] and "SELECT" in each["sql"] for each in again) <= 3


@pytest.mark.django_db
def test_a_former_status_is_mapped_and_the_original_row_stored(export, tmp_path, monkeypatch):
    tables = tuple(dormant_is_inactive(table) for table in operation.TABLES)
    monkeypatch.setattr(operation, "TABLES", tables)

    report = report_of(export.change("vendors", status="dormant"), tmp_path)

    vendor = Vendor.objects.get(pk=ID)
    assert (vendor.status, vendor.imported_row["status"]) == ("inactive", "dormant")
    assert {
        "table": "vendors",
        "id": ID,
        "rule": "value_of_today",
        "detail": "status: dormant is kept as inactive",
    } in (report["violations"])


def dormant_is_inactive(table: Table) -> Table:
    if table.name != "vendors":
        return table
    mapped = column("status", choice({"dormant": "inactive"}), "status")
    columns = tuple(mapped if each.target == "status" else each for each in table.columns)
    return Table(table.name, table.key, table.entity_type, table.model, columns, table.rules)
