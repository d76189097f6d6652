"""The postmortem of SOP 16, generated from an incident's records with a fixed number of statements."""

import hashlib
from typing import Any

import orjson
import rfc8785
from django.db.models import Count, F, Q, QuerySet

from changes.models import ChangeRequest, RollbackRequest
from clients.models import Client
from core.json import dumps
from incidents.codes import incident_code
from incidents.models import (
    AffectedClient,
    ClockPause,
    Communication,
    Escalation,
    Incident,
    IncidentLink,
    RootCauseAnalysis,
    Workaround,
)
from incidents.response.choices import AnalysisStatus, LinkedType
from incidents.service_levels.scope import SERVICE_LEVEL_FIELDS
from knowledge.models import Article
from users.choices import CC

TIMES = ("occurred_at", "detected_at", "created_at", "acknowledged_at", "resolved_at", "closed_at")
INCIDENT = ("id", "title", "category", "impact_level", "status", "resolution_summary", "resolution_code")
PEOPLE = ("reporter_id", "created_by_id", "assigned_manager_id", "assigned_to_id", "resolved_by_id")
SEVERITY = ("severity", "peak_severity", "severity_rule", "sla_breach", "rto_breach", "downtime_minutes")

# The sections of an incident's records: section → (model, columns). Each takes one statement.
RECORDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "escalations": (
        Escalation,
        (
            "id",
            "created_at",
            "requested_by_id",
            "target_user_id",
            "escalation_level",
            "reason_code",
            "reason",
            "status",
            "acknowledged_at",
            "resolved_at",
        ),
    ),
    "communications": (
        Communication,
        (
            "id",
            "created_at",
            "sender_user_id",
            "recipient_type",
            "recipient_user_id",
            "recipient_group",
            "delivery_method",
            "subject",
            "delivery_status",
            "sent_at",
        ),
    ),
    "pauses": (ClockPause, ("id", "started_at", "ended_at", "reason", "note", "end_cause")),
    "root_cause_analyses": (
        RootCauseAnalysis,
        ("id", "analysis_method", "status", "assigned_to_id", "root_cause", "summary", "completed_at", "approved_at"),
    ),
}
WORKAROUND = ("id", "implemented_at", "implemented_by_id", "description", "effectiveness", "status")
CHANGE = ("id", "change_title", "change_type", "risk_level", "status", "requested_by_id", "actual_start", "actual_end")
ROLLBACK = ("id", "justification", "status", "requested_by_id", "executed_at", "validation_completed")

# Columns of a communication that change after it was recorded.
DELIVERY = frozenset({"delivery_status", "sent_at"})

# The sections that a client contact may read: no other client's name, and nothing about the internal response.
OF_CLIENTS = ("incident", "affected_clients", "detection_source", "timestamps", "severity", "root_cause")
OF_CLIENTS_PAUSES = ("started_at", "ended_at", "reason")
OF_CLIENTS_INCIDENT = ("id", "incident_code", "title", "category", "impact_level", "status", "resolution_summary")


def postmortem_of(incident_id: int) -> dict[str, Any]:
    """The content of an incident's postmortem from its current records, in plain JSON values."""
    columns = dict.fromkeys([*INCIDENT, *PEOPLE, *SEVERITY, *TIMES, "client_id", "detection_source", "duplicate_of_id"])
    found = Incident.objects.annotate(notes_written=Count("notes"))
    row = found.values(*columns, "root_cause_undetermined_reason", "notes_written").get(pk=incident_id)
    recorded = {
        name: _rows(model.objects.filter(incident_id=incident_id), shown) for name, (model, shown) in RECORDS.items()
    }
    changes = Q(incident_id=incident_id) | Q(pk__in=_linked(incident_id, LinkedType.CHANGE_REQUEST))
    changed = _rows(ChangeRequest.objects.filter(changes), CHANGE)
    content = {
        "incident": {**{name: row[name] for name in INCIDENT}, "incident_code": incident_code(row["id"])},
        "people": {name: row[name] for name in PEOPLE},
        "affected_clients": _clients(incident_id, row["client_id"]),
        "detection_source": row["detection_source"],
        "timestamps": {name: row[name] for name in TIMES},
        "severity": {name: row[name] for name in SEVERITY},
        "actions": _actions(incident_id, changed, row["notes_written"]),
        **recorded,
        "root_cause": _root_cause(recorded["root_cause_analyses"], row["root_cause_undetermined_reason"]),
        "changes": changed,
        "articles": _articles(incident_id),
        "duplicate_of_id": row["duplicate_of_id"],
    }
    plain: dict[str, Any] = orjson.loads(dumps(content))
    return plain


def is_outdated(content: dict[str, Any], incident_id: int) -> bool:
    """Whether an incident's current records contradict the postmortem with this content."""
    return _comparable(content) != _comparable(postmortem_of(incident_id))


def _comparable(content: dict[str, Any]) -> dict[str, Any]:
    """The comparable content of a postmortem: everything except later delivery statuses, the number of notes, and
    the current names of clients.
    """
    communications = [
        {name: value for name, value in each.items() if name not in DELIVERY}
        for each in content.get("communications", ())
    ]
    actions = {name: value for name, value in content.get("actions", {}).items() if name != "notes"}
    clients = [each["id"] for each in content.get("affected_clients", ())]
    related = {"communications": communications, "actions": actions, "affected_clients": clients}
    return {**content, "pauses": content.get("pauses", []), **related}  # older postmortems have no pauses


def postmortem_digest(content: dict[str, Any]) -> str:
    """The SHA-256 of a content's canonical form (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def content_for(viewer: Any, content: dict[str, Any], client_id: int) -> dict[str, Any]:
    """The part of a postmortem's content that a viewer may read; `client_id` is the incident's client."""
    if viewer.role != CC:
        return content
    shown = {name: content[name] for name in OF_CLIENTS if name in content}
    incident = shown.get("incident", {})
    own = [client for client in shown.get("affected_clients", ()) if client["id"] == viewer.client_id]
    if "root_cause" in shown:
        shown["root_cause"] = _cause_for_clients(shown["root_cause"])
    if viewer.client_id == client_id:
        pauses = content.get("pauses", ())
        shown["pauses"] = [{name: each[name] for name in OF_CLIENTS_PAUSES} for each in pauses]
    elif "severity" in shown:
        shown["severity"] = {
            name: value for name, value in shown["severity"].items() if name not in SERVICE_LEVEL_FIELDS
        }
    return {
        **shown,
        "incident": {name: incident[name] for name in OF_CLIENTS_INCIDENT if name in incident},
        "affected_clients": own,
    }


def _cause_for_clients(cause: dict[str, Any]) -> dict[str, Any]:
    """The finding for clients, once it is approved. Drafts, and the reason for a missing finding, are internal."""
    approved = cause["approved"]
    return {"root_cause": cause["root_cause"] if approved else "", "approved": approved}


def _rows(records: Any, columns: tuple[str, ...], **named: Any) -> list[dict[str, Any]]:
    return list(records.order_by("id").values(*columns, **named))


def _clients(incident_id: int, client_id: int) -> list[dict[str, Any]]:
    """The incident's client and all other affected clients."""
    affected = AffectedClient.objects.current().filter(incident_id=incident_id)
    concerned = Client.objects.filter(Q(pk=client_id) | Q(pk__in=affected.values("client_id")))
    return _rows(concerned, ("id", "name", "client_type"))


def _actions(incident_id: int, changed: list[dict[str, Any]], notes: int) -> dict[str, Any]:
    rollbacks = Q(incident_id=incident_id) | Q(change_request_id__in=[change["id"] for change in changed])
    return {
        "workarounds": _rows(Workaround.objects.filter(incident_id=incident_id), WORKAROUND),
        "notes": notes,
        "changes": len(changed),
        "rollbacks": _rows(RollbackRequest.objects.filter(rollbacks), ROLLBACK, change_id=F("change_request_id")),
    }


def _linked(incident_id: int, kind: str) -> QuerySet[Any, Any]:
    """The ids of the records of a type that are linked to an incident."""
    links = IncidentLink.objects.filter(incident_id=incident_id, reference_type=kind)
    return links.order_by().values("reference_id")


def _articles(incident_id: int) -> list[dict[str, Any]]:
    """The articles that refer to the incident or are linked to it."""
    concerned = Q(incident_id=incident_id) | Q(pk__in=_linked(incident_id, LinkedType.KB_ARTICLE))
    return _rows(Article.objects.filter(concerned), ("id", "title", "status"))


def _root_cause(analyses: list[dict[str, Any]], undetermined: str) -> dict[str, Any]:
    """The finding of the latest finished analysis; approved ones take precedence over completed ones."""
    finished = [each for each in analyses if each["status"] != AnalysisStatus.IN_PROGRESS]
    best = max(finished, key=lambda each: (each["status"] == AnalysisStatus.APPROVED, each["id"]), default=None)
    return {
        "analysis_id": best["id"] if best else None,
        "root_cause": best["root_cause"] if best else "",
        "approved": bool(best and best["status"] == AnalysisStatus.APPROVED),
        "undetermined_reason": undetermined,
    }
