"""What the names of the API mean: a sentence for each, told once and shown wherever the name is used.

Names that mean the same everywhere stand in MEANINGS; what only one shape means by a name stands in PARTICULAR. What a
field says of itself (`help_text`) comes before both.
"""

from collections.abc import Callable
from typing import Any

from core.operations import Door, Operation, registry

MEANINGS = {
    # Common to many
    "id": "The record's id.",
    "created_at": "When the record was made.",
    "updated_at": "When the record was last changed.",
    "created_by_id": "Who made the record.",
    "updated_by_id": "Who changed the record last.",
    "imported_violations": "Today's rules that a row of an older system breaks; null for what was made here.",
    "status": "Where the record stands in its lifecycle.",
    "title": "One line that names it.",
    "name": "One line that names it.",
    "description": "What it is about, in the words of who writes.",
    "summary": "The essence, in a few sentences.",
    "comment": "Why it was decided so.",
    "reason": "Why it is asked for.",
    "reference_type": "The type of the record that is spoken of.",
    "reference_id": "The id of the record that is spoken of.",
    "operation": "The name of an operation, as GET /policy/ lists them.",
    "payload": "The body of the request that is spoken of, exactly as it will be sent.",
    "active": "Whether it is applied.",
    # Organisations and people
    "client_id": "The client concerned.",
    "client_type": "What kind of client it is.",
    "registration_number": "The number in the commercial register; unique.",
    "contact_email": "Where the organisation is reached; kept in lower case.",
    "contact_phone": "Where the organisation is reached; kept in E.164, or as digits where no country is given.",
    "address": "The postal address.",
    "user_ids": "The account managers, all of them: who is missing is no longer assigned.",
    "timezone": "The IANA time zone, for example Europe/Berlin.",
    "weekly_hours": "Hours of business by weekday, mon to sun: a list of [from, to) pairs as HH:MM.",
    "country": "ISO 3166 code of the country whose public holidays count, if any.",
    "holidays": "Further days without business.",
    "email": "The address to log in with; unique, kept in lower case.",
    "role": "One of the policy's seven roles.",
    "department": "Where in the organisation the person works.",
    "password": "The secret to log in with.",
    "shares": "The two shares of the activation, in any order.",
    "agent": "The name of the software agent that is to use it, if any.",
    "days": "For how many days it is good.",
    "current_password": "The password that the new one replaces.",
    "token": "The secret itself; it is shown once.",
    "vendor_id": "The vendor concerned.",
    "vendor_name": "The vendor's name; unique.",
    "vendor_type": "What kind of vendor it is.",
    # Products and service levels
    "product_id": "The product concerned.",
    "product_name": "The product's name.",
    "product_type": "What kind of product it is.",
    "version": "The product's version, as its maker writes it.",
    "component_id": "The component concerned.",
    "component_name": "The component's name; unique within its product.",
    "component_type": "What kind of component it is.",
    "environment": "Where the component serves.",
    "location": "Where the component runs.",
    "ports": "The network ports it listens on, 1 to 65535.",
    "subscription_id": "The subscription concerned.",
    "subscription_type": "What was subscribed; `custom` is exempt from the tier's ranges.",
    "service_level_tier": "Decides coverage, and which targets may be promised.",
    "start_date": "The first day.",
    "end_date": "The last day; null where it is open-ended.",
    "recovery_objectives": "What was promised for recovery.",
    "rto_minutes": "Recovery time objective, in minutes by the wall clock.",
    "rpo_minutes": "Recovery point objective, in minutes.",
    "high_priority": "Whether an incident that affects the client is a P1 by this contract.",
    "severity_level": "The severity that the agreement is for.",
    "response_time_minutes": "Covered minutes from detection to acknowledgement.",
    "resolution_time_hours": "Covered hours from detection to resolution.",
    "availability_target": "The availability promised, in percent.",
    "agreements": "The agreements, one for each severity.",
    # Events and incidents
    "source": "Where the alert comes from.",
    "payload_summary": "What the alert says, in short.",
    "severity_hint": "The severity that the source supposes.",
    "attributes": "What else the source tells; `fingerprint` recognises the same alert sent again.",
    "event_record_ids": "Events that are already recorded.",
    "event_payloads": "Events to record, as for POST /events/.",
    "correlation_key": "What relates these events, where the caller knows.",
    "correlation_rules": "How to relate events, instead of the stored rules.",
    "severity_thresholds": "From which severity on events become an incident.",
    "group_by": "What events must have in common to be related.",
    "window_minutes": "Within how many minutes related events count together.",
    "min_events": "How many related events make an incident.",
    "minimum_severity": "From which hint on a single event makes an incident.",
    "link_incident_id": "The incident to link the events to.",
    "incident": "The incident's fields, where they do not follow from the events.",
    "incident_id": "The incident concerned.",
    "incident_code": "The number to speak of on the telephone.",
    "reporter_id": "Who reported it; a client contact reports for their own client only.",
    "category": "What kind of trouble, or what kind of subject.",
    "impact_level": "How much it affects.",
    "urgency": "How soon it must be dealt with.",
    "severity": "P1 (critical) to P4 (low); it follows from `classification` where that is given.",
    "peak_severity": "The highest severity it ever had; closing and reviewing are judged by it.",
    "severity_rule": "The clause that decided the severity.",
    "severity_override_reason": "Why an incident manager departs from the severity that the facts give.",
    "classification": "The facts that decide the severity (SOP 13).",
    "detection_source": "How it came to light.",
    "occurred_at": "When it began, as far as known; not after the detection.",
    "detected_at": "When it was noticed: the clocks start here.",
    "acknowledged_at": "When work was first taken up.",
    "resolved_at": "When it was resolved.",
    "closed_at": "When it was closed.",
    "affected_client_ids": "Further clients that are affected.",
    "assigned_manager_id": "The incident manager who leads.",
    "assigned_to_id": "Who works on it.",
    "is_recurring": "Whether it has happened before.",
    "downtime_minutes": "How long the service was down; the recovery objective is judged by it.",
    "root_cause_undetermined_reason": "Why no root cause could be found; needed to close where there is no analysis.",
    "complete_outage": "The service does not work at all.",
    "business_critical": "The client's business depends on the service.",
    "has_workaround": "There is a way to go on meanwhile.",
    "affected_clients": "How many clients are affected; from five on it is enterprise-wide.",
    "regulatory_safety_or_financial_impact": "Law, safety or money is at stake.",
    "high_priority_client": "A client whose contract gives priority is affected.",
    "major_degradation": "The service hardly works.",
    "multiple_departments_or_sites": "Several departments or sites are affected.",
    "sla_breach_risk": "A service level is in danger.",
    "localized": "Only a few users or one place are affected.",
    "moderate_degradation": "The service works worse than usual.",
    "body": "The text.",
    "public": "Whether client contacts may read it.",
    "note": "What should be known about it.",
    "resolution_summary": "What was done, and why that resolves it.",
    "resolution_code": "Why it is resolved where nothing was mitigated; for incident managers.",
    "duplicate_of_id": "The incident that this one repeats.",
    "change_ids": "Changes that belong to the resolution.",
    "article_ids": "Articles that helped.",
    # Response
    "target_user_id": "To whom it is escalated; the level follows from the role.",
    "reason_code": "The kind of reason.",
    "escalation_level": "Must agree with the target's role; may be left out.",
    "recipient_type": "Whom it is for; the first three kinds name a `recipient_user_id`, a group a `recipient_group`.",
    "recipient_user_id": "The person addressed, of the role that `recipient_type` says.",
    "recipient_group": "The group addressed.",
    "delivery_method": "The way it takes. Nothing is sent by this system: it keeps the record.",
    "delivery_status": "What became of it.",
    "message_content": "What was said.",
    "subject": "One line above the message.",
    "effectiveness": "How well it works.",
    "analysis_method": "How the cause is sought.",
    "assigned_to": "Who conducts the analysis.",
    "root_cause": "What caused it.",
    # Changes
    "change_id": "The change concerned.",
    "change_title": "One line that names the change.",
    "change_type": "What kind of change it is.",
    "risk_level": "How much could go wrong; a critical change is decided by an executive.",
    "scheduled_start": "When the window opens.",
    "scheduled_end": "When the window closes.",
    "outside_window": "Whether a change begins, or began, outside its window.",
    "outside_window_reason": "Why it does not wait for its window.",
    "justification": "Why the change must be undone.",
    "validation_completed": "Whether it was checked that the service is as before.",
    # Reports, knowledge, reviews
    "metric_type": "What was measured.",
    "report_type": "Which report.",
    "content_type": "What kind of article it is.",
    "author_id": "Who writes; the caller unless another is named.",
    "reviewer_user_id": "Who is to review it; never the author.",
    "scheduled_date": "The day of the review.",
    "facilitator_user_id": "Who leads the review.",
    "timeline_accuracy_rating": "How true the timeline was, 1 to 5.",
    "communication_effectiveness_rating": "How well people were informed, 1 to 5.",
    "technical_response_rating": "How good the technical work was, 1 to 5.",
    "findings": "What was learnt.",
    "owner_id": "Who is to do it.",
    "due_date": "Until when.",
    # Authority and proof
    "condition": "When an approval is needed.",
    "approver_roles": "The roles that may approve.",
    "validity_hours": "How long an approval may be used after the decision, in hours.",
    "details": "What the person who takes over should know.",
    "code": "The code of the refusal that led here.",
    "outcome": "What came of it.",
    "action": "What was done.",
    "meta": "What else should be known of it.",
}

PARTICULAR = {
    ("PostmortemReviewRequest", "comment"): "What the review found.",
    ("EscalationRequest", "reason"): "Why it is escalated.",
    ("ReopenRequest", "reason"): "Why it is not resolved after all.",
}


# Bodies that name an operation, and which ones may be named there.
OPERATIONS: dict[str, Callable[[Operation], bool]] = {
    "ApprovalRequest": lambda each: each.elevated is not None,
    "CheckRequest": lambda each: each.door is Door.REST,
    "HandoffRequest": lambda each: each.door is Door.REST,
}


def name_operations(result: Any, generator: Any, **options: Any) -> Any:
    """A hook of the generator: where a body names an operation, the description lists them."""
    for shape, fits in OPERATIONS.items():
        names = sorted(each.name for each in registry if fits(each))
        result["components"]["schemas"][shape]["properties"]["operation"]["enum"] = names
    return result


def explain(result: Any, generator: Any, **options: Any) -> Any:
    """A hook of the generator: every member of a shape that says nothing of itself is explained."""
    for name, shape in result["components"]["schemas"].items():
        for member, schema in shape.get("properties", {}).items():
            sentence = PARTICULAR.get((name.removeprefix("Patched"), member)) or MEANINGS.get(member)
            if sentence:
                schema.setdefault("description", sentence)
    return result
