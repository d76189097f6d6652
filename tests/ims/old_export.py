"""Exports of an older system for tests: a small one that a test makes itself, and the real one where there is one."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

TABLES = [
    "vendors",
    "clients",
    "users",
    "products",
    "components",
    "subscriptions",
    "sla_agreements",
    "incidents",
    "event_records",
    "event_correlations",
    "escalations",
    "communications",
    "workarounds",
    "root_cause_analyses",
    "change_requests",
    "rollback_requests",
    "metrics",
    "incident_reports",
    "knowledge_base_articles",
    "post_incident_reviews",
    "approvals",
    "audit_trails",
]

MADE = {"created_at": "2024-03-01T08:00:00.754891"}
TIMES = {**MADE, "updated_at": "2024-04-02T09:30:00"}

# Higher than any id from a factory.
ID = 900_001
# A second person, because users cannot approve their own requests or escalate to themselves.
HELPER = ID + 500

ROWS: dict[str, dict[str, Any]] = {
    "vendors": {
        "vendor_id": f"{ID}",
        "name": "Nimbus Cloud",
        "vendor_type": "cloud_service_provider",
        "contact_email": "help@nimbus.example",
        "contact_phone": "+49301234567",
        "status": "active",
        **TIMES,
    },
    "clients": {
        "client_id": f"{ID}",
        "name": "Harbour Bank",
        "registration_number": "HRB 7",
        "contact_email": "it@harbour.example",
        "client_type": "enterprise",
        "status": "suspended",
        "contact_phone": "+49301234568",
        "address": "1 Quay",
        **TIMES,
    },
    "users": {
        "user_id": f"{ID}",
        "first_name": "Ada",
        "last_name": "Park",
        "email": "Ada@house.example",
        "role": "incident_manager",
        "timezone": "Europe/Berlin",
        "status": "active",
        "client_id": None,
        "vendor_id": None,
        **TIMES,
    },
    "products": {
        "product_id": f"{ID}",
        "name": "Ledger",
        "product_type": "banking_system",
        "version": "4.1",
        "vendor_id": f"{ID}",
        "status": "maintenance",
        **TIMES,
    },
    "components": {
        "component_id": f"{ID}",
        "product_id": f"{ID}",
        "name": "ledger-db",
        "component_type": "database",
        "environment": "production",
        "location": "Hamburg",
        "port_number": 5432,
        "status": "degraded",
        **TIMES,
    },
    "subscriptions": {
        "subscription_id": f"{ID}",
        "client_id": f"{ID}",
        "product_id": f"{ID}",
        "subscription_type": "full_service",
        "service_level_tier": "premium",
        "rto_hours": 4,
        "start_date": "2024-03-01",
        "end_date": None,
        "status": "active",
        **TIMES,
    },
    "sla_agreements": {
        "sla_id": f"{ID}",
        "subscription_id": f"{ID}",
        "severity_level": "P1",
        "response_time_minutes": 20,
        "resolution_time_hours": 4,
        "availability_target": 99.9,
        "status": "active",
        **MADE,
    },
    "incidents": {
        "incident_id": f"{ID}",
        "incident_code": f"INC-{ID:08d}",
        "client_id": f"{ID}",
        "component_id": f"{ID}",
        "reporter_id": f"{ID}",
        "assigned_manager_id": f"{ID}",
        "title": "Ledger stands still",
        "description": "No bookings since eight.",
        "category": "system_outage",
        "severity": "P2",
        "impact": "high",
        "urgency": "critical",
        "status": "in_progress",
        "detection_source": "monitoring_alert",
        "is_recurring": True,
        "downtime_minutes": 30,
        "sla_breach": True,
        "rto_breach": False,
        "detected_at": "2024-03-01T07:55:00",
        "resolved_at": None,
        "closed_at": None,
        **TIMES,
    },
    "escalations": {
        "escalation_id": f"{ID}",
        "incident_id": f"{ID}",
        "escalated_by_id": f"{ID}",
        "escalated_to_id": f"{HELPER}",
        "escalation_reason": "sla_breach",
        "escalation_level": "technical",
        "status": "acknowledged",
        "escalated_at": "2024-03-01T08:05:00",
        "acknowledged_at": "2024-03-01T08:10:00",
        "resolved_at": None,
    },
    "communications": {
        "communication_id": f"{ID}",
        "incident_id": f"{ID}",
        "sender_id": f"{ID}",
        "recipient_type": "user",
        "recipient_user_id": f"{HELPER}",
        "communication_type": "phone_call",
        "delivery_status": "sent",
        "subject": "Ledger",
        "message_body": "We are on it.",
        "sent_at": "2024-03-01T08:20:00",
        **MADE,
    },
    "workarounds": {
        "workaround_id": f"{ID}",
        "incident_id": f"{ID}",
        "implemented_by_id": f"{HELPER}",
        "effectiveness": "partially_effective",
        "status": "active",
        "description": "Book on paper.",
        "implemented_at": "2024-03-01T08:30:00",
    },
    "root_cause_analyses": {
        "rca_id": f"{ID}",
        "incident_id": f"{ID}",
        "conducted_by_id": f"{HELPER}",
        "analysis_method": "five_whys",
        "status": "in_progress",
        "summary": "The disk was full.",
        "completed_at": None,
        **MADE,
    },
    "change_requests": {
        "change_id": f"{ID}",
        "incident_id": f"{ID}",
        "title": "Larger disk",
        "change_type": "normal",
        "risk_level": "medium",
        "requested_by_id": f"{HELPER}",
        "approved_by_id": f"{ID}",
        "status": "completed",
        "scheduled_start": "2024-03-02T20:00:00",
        "scheduled_end": "2024-03-02T22:00:00",
        "actual_start": "2024-03-02T20:05:00",
        "actual_end": "2024-03-02T21:00:00",
        **MADE,
    },
    "rollback_requests": {
        "rollback_id": f"{ID}",
        "change_id": f"{ID}",
        "incident_id": f"{ID}",
        "requested_by_id": f"{HELPER}",
        "approved_by_id": None,
        "status": "requested",
        "executed_at": None,
        "justification": "It is slower than before.",
        "validation_completed": False,
        **MADE,
    },
    "approvals": {
        "approval_id": f"{ID}",
        "reference_type": "incident",
        "reference_id": f"{ID}",
        "requested_action": "close",
        "approver_id": f"{ID}",
        "status": "approved",
        "comment": "fine",
        "decided_at": "2024-03-02T08:00:00",
        **MADE,
    },
    "audit_trails": {
        "audit_id": f"{ID}",
        "reference_type": "incident",
        "reference_id": f"{ID}",
        "action": "escalate",
        "user_id": f"{ID}",
        "field_name": None,
        "old_value": None,
        "new_value": None,
        **MADE,
    },
}

SECOND_USER = {
    **ROWS["users"],
    "user_id": f"{HELPER}",
    "first_name": "Tom",
    "last_name": "Reyes",
    "email": "tom@house.example",
    "role": "technical_support",
}
# The rows of the small export: one in each table that is imported, and the second person.
COUNT = len(ROWS) + 1


class OldExport:
    """A whole export, written file by file; `change` alters one row, `add` adds another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
        self.rows.update({name: {f"{ID}": dict(row)} for name, row in ROWS.items()})
        self.rows["users"][f"{HELPER}"] = dict(SECOND_USER)
        self.write()

    def change(self, table: str, row_id: int = ID, **columns: Any) -> "OldExport":
        self.rows[table][f"{row_id}"].update(columns)
        return self.write()

    def add(self, table: str, row_id: int, **columns: Any) -> "OldExport":
        key = next(iter(ROWS[table]))
        self.rows[table][f"{row_id}"] = {**ROWS[table], key: f"{row_id}", **columns}
        return self.write()

    def other(self, table: str, **rows: Any) -> "OldExport":
        """Rows as they are given, of any table."""
        self.rows.setdefault(table, {}).update(rows)
        return self.write()

    def drop(self, table: str, column: str) -> "OldExport":
        del self.rows[table][f"{ID}"][column]
        return self.write()

    def write(self) -> "OldExport":
        for name, rows in self.rows.items():
            (self.folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
        return self

    def raw(self, table: str, text: str) -> "OldExport":
        (self.folder / f"{table}.json").write_text(text, encoding="utf-8")
        return self


def run(export: OldExport | Path, *options: str) -> str:
    """Run the command. Returns its output."""
    out = StringIO()
    folder = export.folder if isinstance(export, OldExport) else export
    call_command("import_legacy", str(folder), *options, stdout=out)
    return out.getvalue()


def report_of(export: OldExport | Path, tmp_path: Path, *options: str) -> dict[str, Any]:
    """Run the command; returns its JSON report."""
    target = tmp_path / "report.json"
    run(export, "--report", str(target), *options)
    report: dict[str, Any] = json.loads(target.read_text())
    return report


def real_export() -> Path | None:
    """The export of the older system: at IMS_LEGACY_EXPORT, or in a directory next to the repository."""
    named = os.environ.get("IMS_LEGACY_EXPORT")
    if named:
        return Path(named)
    beside = Path(__file__).resolve().parents[2].parent
    return next(iter(sorted(beside.glob("*/data/legacy_export"))), None)
