"""The subject of a report, read with a fixed number of statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from incidents.models import Incident
from reporting.postmortem import postmortem_of
from reporting.reports.people import People

# The columns of an incident's records that refer to people.
PEOPLE_OF = {
    "escalations": ("requested_by_id", "target_user_id"),
    "communications": ("sender_user_id", "recipient_user_id"),
    "root_cause_analyses": ("assigned_to_id",),
    "changes": ("requested_by_id",),
}
WITH = ("client", "component__product", "sla_agreement__subscription")


@dataclass
class ReportContext:
    """An incident, the time of the report, and its people."""

    incident: Incident
    at: datetime
    people: People = field(default_factory=People)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The incident's facts, as in its postmortem."""
        facts = postmortem_of(self.incident.pk)
        self.people.want(facts["people"].values())
        for name, columns in PEOPLE_OF.items():
            self.people.want(row[column] for row in facts[name] for column in columns)
        return facts

    @property
    def end(self) -> datetime:
        """When the incident was resolved; if it is not, the time of the report."""
        return self.incident.resolved_at or self.at

    @property
    def is_over(self) -> bool:
        return self.incident.resolved_at is not None


def report_context(incident_id: int, at: datetime) -> ReportContext:
    """The subject of a report. Raises Incident.DoesNotExist."""
    return ReportContext(Incident.objects.select_related(*WITH).get(pk=incident_id), at)


def ids_of(facts: Mapping[str, Any]) -> dict[str, list[int]]:
    """The records of an incident: entity type → ids, as in its postmortem."""
    actions = facts["actions"]
    named = {
        "escalation": facts["escalations"],
        "communication": facts["communications"],
        "rca": facts["root_cause_analyses"],
        "workaround": actions["workarounds"],
        "change_request": facts["changes"],
        "rollback_request": actions["rollbacks"],
    }
    found = {kind: [row["id"] for row in rows] for kind, rows in named.items()}
    return {"incident": [facts["incident"]["id"]], **{kind: ids for kind, ids in found.items() if ids}}
