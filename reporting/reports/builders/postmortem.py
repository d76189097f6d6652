"""The postmortem report: the complete history of an incident, for learning.

It is generated only from the content of a postmortem, so the automatic postmortem, which is stored as content, is
downloaded in the same form.
"""

from collections.abc import Callable, Mapping
from typing import Any

from reporting.reports.builders.parts import TableColumn, milestones, severity_figure, table
from reporting.reports.context import ReportContext
from reporting.reports.document import (
    INSIDE,
    OUTSIDE,
    OWNER,
    Figure,
    KeyFigures,
    Paragraph,
    Scalar,
    Section,
    Timeline,
    TimelineEvent,
    Tone,
    ValueKind,
)
from reporting.reports.missing import Missing, require
from reporting.reports.phrases import NO_CAUSE, cause_outside
from reporting.reports.values import words

PostmortemFacts = Mapping[str, Any]
Namer = Callable[[int | None], str]

# Moments of the response: records → (time column, event).
MOMENTS: tuple[tuple[str, str, str], ...] = (
    ("escalations", "created_at", "Escalated ({escalation_level})"),
    ("escalations", "acknowledged_at", "Escalation {id} acknowledged"),
    ("communications", "sent_at", "Message to {recipient_type} sent"),
    ("root_cause_analyses", "completed_at", "Root cause analysis {id} completed"),
    ("changes", "actual_start", "Change {id} started"),
    ("changes", "actual_end", "Change {id} ended"),
    ("workarounds", "implemented_at", "Workaround {id} implemented"),
    ("rollbacks", "executed_at", "Rollback {id} executed"),
)


def postmortem_report(subject: ReportContext) -> tuple[Section, ...]:
    """The report on a resolved incident. Raises Refusal (422 calculation_failed) if it is not resolved. SOP 23."""
    missing = Missing("resolved_at", "The incident is not resolved; a postmortem requires a resolution.")
    require([missing] if not subject.is_over else [])
    return lay_out(subject.facts, subject.people.name)


def lay_out(facts: PostmortemFacts, name: Namer) -> tuple[Section, ...]:
    """The sections of a postmortem, from its content; `name` returns the name of a person."""
    return (
        Section("Summary", (_figures(facts), *_summary(facts))),
        Section("Service level", (_service_level(facts), _pauses(facts)), OWNER),
        Section("Key times", (_times(facts),)),
        Section("Course", (Timeline("Timeline of the incident", _course(facts)),), INSIDE),
        Section("Course", (Timeline("Timeline of the incident", milestones(facts["timestamps"])),), OUTSIDE),
        Section("People", (_people(facts, name),), INSIDE),
        Section("Affected clients", (_clients(facts),), INSIDE),
        Section("Escalations", (_escalations(facts, name),), INSIDE),
        Section("Communications", (_communications(facts, name),), INSIDE),
        Section("Workarounds", (_workarounds(facts),), INSIDE),
        Section("Changes and rollbacks", _changes(facts, name), INSIDE),
        Section("Root cause", _root_cause(facts, name), INSIDE),
        Section("Root cause", (Paragraph(cause_outside(facts["root_cause"])),), OUTSIDE),
        Section("Knowledge articles", (_articles(facts),), INSIDE),
    )


def _figures(facts: PostmortemFacts) -> KeyFigures:
    severity, incident = facts["severity"], facts["incident"]
    return KeyFigures(
        (
            severity_figure(severity["severity"], severity["peak_severity"]),
            Figure("Category", incident["category"], ValueKind.WORD),
            Figure("Impact", incident["impact_level"], ValueKind.WORD),
            Figure("Downtime", severity["downtime_minutes"], ValueKind.MINUTES, note="as stated"),
        )
    )


def _service_level(facts: PostmortemFacts) -> KeyFigures:
    breached = facts["severity"]["sla_breach"]
    return KeyFigures((Figure("Service level breached", breached, tone=Tone.BAD if breached else Tone.GOOD),))


def _pauses(facts: PostmortemFacts) -> Any:
    """The pauses; None in postmortems from before pauses existed."""
    shown = (
        TableColumn("Since", "started_at", ValueKind.TIME),
        TableColumn("Until", "ended_at", ValueKind.TIME),
        TableColumn("Reason", "reason", ValueKind.WORD),
    )
    return table(facts.get("pauses", ()), shown, empty="The resolution clock was not paused.")


def _summary(facts: PostmortemFacts) -> tuple[Paragraph, ...]:
    incident = facts["incident"]
    source = words(facts["detection_source"]) or "not stated"
    narrative = [incident["resolution_summary"] or "The resolution was recorded without a summary."]
    return tuple(map(Paragraph, [*narrative, f"Detection source: {source}."]))


def _times(facts: PostmortemFacts) -> Any:
    rows = [{"what": words(name.removesuffix("_at")).capitalize(), "at": at} for name, at in _known_times(facts)]
    return table(rows, (TableColumn("Event", "what"), TableColumn("Time", "at", ValueKind.TIME)))


def _known_times(facts: PostmortemFacts) -> list[tuple[str, str]]:
    return sorted(((name, at) for name, at in facts["timestamps"].items() if at), key=lambda each: each[1])


def _course(facts: PostmortemFacts) -> tuple[TimelineEvent, ...]:
    records = {**facts["actions"], **facts}
    narrative = [
        TimelineEvent(str(row[column])[:19] + "Z", words(sentence.format_map(row)))
        for kind, column, sentence in MOMENTS
        for row in records[kind]
        if row[column]
    ]
    return tuple(sorted([*milestones(facts["timestamps"]), *narrative], key=lambda event: event.at))


def _people(facts: PostmortemFacts, name: Namer) -> Any:
    rows = [{"part": words(key.removesuffix("_id")), "who": name(pk)} for key, pk in facts["people"].items()]
    return table(rows, (TableColumn("Part", "part"), TableColumn("Person", "who")))


def _clients(facts: PostmortemFacts) -> Any:
    return table(
        facts["affected_clients"], (TableColumn("Client", "name"), TableColumn("Type", "client_type", ValueKind.WORD))
    )


def _named(name: Namer, column: str) -> Callable[[Any], Scalar]:
    return lambda row: name(row[column])


def _escalations(facts: PostmortemFacts, name: Namer) -> Any:
    shown = (
        TableColumn("When", "created_at", ValueKind.TIME),
        TableColumn("Level", "escalation_level", ValueKind.WORD),
        TableColumn("To", _named(name, "target_user_id")),
        TableColumn("Reason", "reason"),
        TableColumn("Status", "status", ValueKind.WORD),
    )
    return table(facts["escalations"], shown, empty="The incident was not escalated.")


def _communications(facts: PostmortemFacts, name: Namer) -> Any:
    shown = (
        TableColumn("When", "created_at", ValueKind.TIME),
        TableColumn("To", lambda row: row["recipient_group"] or _recipient(row, name)),
        TableColumn("By", "delivery_method", ValueKind.WORD),
        TableColumn("Subject", "subject"),
        TableColumn("Delivery", "delivery_status", ValueKind.WORD),
    )
    return table(facts["communications"], shown, empty="There were no communications.")


def _recipient(row: Any, name: Namer) -> str:
    return name(row["recipient_user_id"]) if row["recipient_user_id"] is not None else words(row["recipient_type"])


def _workarounds(facts: PostmortemFacts) -> Any:
    shown = (
        TableColumn("Implemented", "implemented_at", ValueKind.TIME),
        TableColumn("Workaround", "description"),
        TableColumn("Effect", "effectiveness", ValueKind.WORD),
        TableColumn("Status", "status", ValueKind.WORD),
    )
    return table(facts["actions"]["workarounds"], shown, empty="There was no workaround.")


def _changes(facts: PostmortemFacts, name: Namer) -> tuple[Any, ...]:
    changes = (
        TableColumn("Change", "change_title"),
        TableColumn("Type", "change_type", ValueKind.WORD),
        TableColumn("Risk", "risk_level", ValueKind.WORD),
        TableColumn("Requested by", _named(name, "requested_by_id")),
        TableColumn("Started", "actual_start", ValueKind.TIME),
        TableColumn("Status", "status", ValueKind.WORD),
    )
    rollbacks = (
        TableColumn("Rollback of change", "change_id"),
        TableColumn("Why", "justification"),
        TableColumn("Validated", "validation_completed"),
        TableColumn("Status", "status", ValueKind.WORD),
    )
    reversed_by = facts["actions"]["rollbacks"]
    made = table(facts["changes"], changes, empty="There were no changes.")
    return (made, table(reversed_by, rollbacks)) if reversed_by else (made,)


def _root_cause(facts: PostmortemFacts, name: Namer) -> tuple[Any, ...]:
    cause = facts["root_cause"]
    narrative = cause["root_cause"] or cause["undetermined_reason"] or NO_CAUSE
    shown = (
        TableColumn("Method", "analysis_method", ValueKind.WORD),
        TableColumn("Analyst", _named(name, "assigned_to_id")),
        TableColumn("Finding", "root_cause"),
        TableColumn("Status", "status", ValueKind.WORD),
    )
    return Paragraph(narrative), table(facts["root_cause_analyses"], shown, empty="There was no analysis.")


def _articles(facts: PostmortemFacts) -> Any:
    shown = (TableColumn("Article", "title"), TableColumn("Status", "status", ValueKind.WORD))
    return table(facts["articles"], shown, empty="No article is linked.")
