"""The executive summary: impact, response and remaining work on one page."""

from typing import Any

from incidents.models import Incident
from reporting.reports.builders.parts import (
    TableColumn,
    course,
    service_level,
    severity_figure,
    table,
    time_figures,
)
from reporting.reports.context import ReportContext
from reporting.reports.document import INSIDE, OUTSIDE, Figure, KeyFigures, Paragraph, Section, Tone, ValueKind
from reporting.reports.phrases import NO_CAUSE, cause_outside
from reporting.reports.values import between, in_words, words

UNFINISHED_CHANGES = frozenset({"requested", "approved", "scheduled", "in_progress"})
UNFINISHED_ROLLBACKS = frozenset({"requested", "in_progress"})


def executive_summary(subject: ReportContext) -> tuple[Section, ...]:
    """The summary for executives and client contacts. SOP 23."""
    facts = subject.facts
    return (
        Section("Summary", (_figures(subject), Paragraph(_story(subject)))),
        Section("Course", (course(facts["timestamps"]),)),
        Section("Outcome", tuple(map(Paragraph, _outcome(subject)))),
        service_level(subject),
        _root_cause_inside(facts["root_cause"]),
        _root_cause_outside(facts["root_cause"]),
        _clients(facts),
        _response(facts),
        Section("Remaining work", tuple(map(Paragraph, _remaining(subject))), INSIDE),
    )


def _figures(subject: ReportContext) -> KeyFigures:
    incident = subject.incident
    status = Figure("Status", str(incident.status), ValueKind.WORD, tone=Tone.GOOD if subject.is_over else Tone.WARNING)
    impact = Figure("Impact", str(incident.impact_level), ValueKind.WORD)
    severity = severity_figure(incident.severity, incident.peak_severity)
    return KeyFigures((severity, status, impact, *time_figures(subject)))


def _story(subject: ReportContext) -> str:
    incident = subject.incident
    source = f" ({words(incident.detection_source)})" if incident.detection_source else ""
    length = in_words(between(incident.detected_at, subject.end))
    ending = f"It was resolved after {length}." if subject.is_over else f"It has been unresolved for {length}."
    narrative = f"{incident.incident_code} is a {words(incident.category)} with {incident.impact_level} impact"
    where = f" on {incident.component.component_name}" if incident.component is not None else ""
    return f"{narrative}{where}, detected at {incident.detected_at:%Y-%m-%d %H:%M} UTC{source}. {ending}"


def _outcome(subject: ReportContext) -> list[str]:
    incident = subject.incident
    if not subject.is_over:
        return ["Work on the incident continues; it is not resolved yet."]
    narrative = [incident.resolution_summary or "The resolution was recorded without a summary."]
    if incident.resolution_code:
        narrative.append(f"Resolved without evidence of mitigation, as {words(incident.resolution_code)}.")
    return narrative


def _root_cause_inside(cause: dict[str, Any]) -> Section:
    if cause["root_cause"]:
        standing = "approved" if cause["approved"] else "not yet approved"
        narrative = f"{cause['root_cause']} (analysis {cause['analysis_id']}, {standing})"
    else:
        narrative = cause["undetermined_reason"] or NO_CAUSE
    return Section("Root cause", (Paragraph(narrative),), INSIDE)


def _root_cause_outside(cause: dict[str, Any]) -> Section:
    return Section("Root cause", (Paragraph(cause_outside(cause)),), OUTSIDE)


def _clients(facts: dict[str, Any]) -> Section:
    shown = (TableColumn("Client", "name"), TableColumn("Type", "client_type", ValueKind.WORD))
    return Section("Affected clients", (table(facts["affected_clients"], shown),), INSIDE)


def _response(facts: dict[str, Any]) -> Section:
    actions = facts["actions"]
    counts = {
        "Escalations": len(facts["escalations"]),
        "Communications": len(facts["communications"]),
        "Workarounds": len(actions["workarounds"]),
        "Changes": actions["changes"],
        "Rollbacks": len(actions["rollbacks"]),
        "Notes": actions["notes"],
    }
    figures = tuple(Figure(name, count, ValueKind.NUMBER) for name, count in counts.items())
    return Section("Key figures of the response", (KeyFigures(figures),), INSIDE)


def _remaining(subject: ReportContext) -> list[str]:
    facts, incident = subject.facts, subject.incident
    counted = {
        "escalation(s) open": [each for each in facts["escalations"] if each["status"] == "open"],
        "change(s) not finished": [each for each in facts["changes"] if each["status"] in UNFINISHED_CHANGES],
        "rollback(s) not finished": [
            each for each in facts["actions"]["rollbacks"] if each["status"] in UNFINISHED_ROLLBACKS
        ],
    }
    remaining = [f"{len(rows)} {what}." for what, rows in counted.items() if rows]
    return remaining + _steps(incident, facts["root_cause"]) or ["None: the incident is closed."]


def _steps(incident: Incident, cause: dict[str, Any]) -> list[str]:
    steps = []
    if incident.resolved_at is None:
        steps.append("Resolve the incident.")
    elif incident.closed_at is None:
        steps.append("Review the postmortem and close the incident.")
    if not cause["root_cause"] and not cause["undetermined_reason"]:
        steps.append("Complete the root cause analysis.")
    return steps
