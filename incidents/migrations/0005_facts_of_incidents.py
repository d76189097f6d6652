"""Facts are bound to the incident: what the server knows, and whether the severity ever rested on facts.

Of existing incidents the peak rises to what their kept facts give. A severity below that, which was not lowered with a
reason, is kept and noted as a violation.
"""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

ENTERPRISE_WIDE = 5
RULE = "severity_below_facts"
# The clauses of SOP 13 as they were when this was written: any of these facts gives the severity.
P1 = ("regulatory_safety_or_financial_impact", "high_priority_client")
P2 = ("complete_outage", "major_degradation", "multiple_departments_or_sites", "sla_breach_risk")
P3 = ("localized", "moderate_degradation")


def severity_of(facts: dict[str, Any], clients: int) -> str:
    critical = facts.get("complete_outage") and facts.get("business_critical") and not facts.get("has_workaround")
    if critical or clients >= ENTERPRISE_WIDE or any(facts.get(name) for name in P1):
        return "P1"
    if any(facts.get(name) for name in P2):
        return "P2"
    return "P3" if any(facts.get(name) for name in P3) else "P4"


def judge(apps: Any, schema_editor: Any) -> None:
    incidents = apps.get_model("incidents", "Incident").objects.using(schema_editor.connection.alias)
    affected = apps.get_model("incidents", "AffectedClient").objects.using(schema_editor.connection.alias)
    links = affected.filter(removed_at__isnull=True).values_list("incident_id", "client_id")
    clients: dict[int, set[int]] = {}
    for incident_id, client_id in links.iterator(2_000):
        clients.setdefault(incident_id, set()).add(client_id)
    for incident in incidents.order_by("pk").iterator(2_000):
        facts = incident.classification if isinstance(incident.classification, dict) else {}
        known = {"affected_clients": len(clients.get(incident.pk, set()) | {incident.client_id})}
        stated = facts.get("affected_clients")
        given = severity_of(facts, max(stated if isinstance(stated, int) else 0, known["affected_clients"]))
        values: dict[str, Any] = {"known_facts": known, "severity_rested_on_facts": bool(facts) or given != "P4"}
        if given < incident.peak_severity:
            values["peak_severity"] = given
        if given < incident.severity and incident.severity_rule != "overridden":
            detail = f"{incident.severity}, though its facts give {given}"
            values["imported_violations"] = [*(incident.imported_violations or []), {"rule": RULE, "detail": detail}]
        incidents.filter(pk=incident.pk).update(**values)


def forget(apps: Any, schema_editor: Any) -> None:
    """Take the violations back; peaks stay, since nobody knows what they were."""
    incidents = apps.get_model("incidents", "Incident").objects.using(schema_editor.connection.alias)
    for incident in incidents.filter(imported_violations__isnull=False).iterator(2_000):
        kept = [each for each in incident.imported_violations if each.get("rule") != RULE]
        if kept != incident.imported_violations:
            left = kept if kept or incident.imported_row is not None else None
            incidents.filter(pk=incident.pk).update(imported_violations=left)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("incidents", "0004_category_index")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("incident", "known_facts", models.JSONField(default=dict, editable=False)),
        migrations.AddField("incident", "severity_rested_on_facts", models.BooleanField(default=False, editable=False)),
        migrations.RunPython(judge, forget),
    ]
