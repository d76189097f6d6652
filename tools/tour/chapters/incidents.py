"""From the alert to the incident (SOP 2, 12 to 14)."""

from tools.tour.steps import CREATED, Chapter, Step

FACTS = {"complete_outage": True, "business_critical": True, "has_workaround": False}
SLOW = {
    "source": "alert_log",
    "payload_summary": "Gateway responds slowly: 95th percentile above two seconds.",
    "severity_hint": "P3",
    "client_id": "{client.id}",
    "component_id": "{component.id}",
    "attributes": {"fingerprint": "gateway-latency", "host": "gateway-1"},
    "detected_at": "2026-03-02T09:55:00Z",
}
FULL = {
    "source": "alert_log",
    "payload_summary": "The log volume is full; new connections are refused.",
    "severity_hint": "P2",
    "client_id": "{client.id}",
    "component_id": "{component.id}",
}
OUTAGE = {
    "reporter_id": "{carl.id}",
    "client_id": "{client.id}",
    "component_id": "{component.id}",
    "title": "Payments are declined",
    "description": "All card payments have been declined since 09:12; the gateway returns 503.",
    "category": "service_unavailable",
    "impact_level": "critical",
    "detection_source": "client_reported",
    "classification": FACTS,
}

CHAPTERS = (
    Chapter(
        "Events are recorded individually and correlated on request: below the criteria they are kept for trending, "
        "above them an incident is created, and if one is open they are linked to it.",
        (
            Step(
                "ines",
                "stores a criterion",
                "POST /correlation-rules/",
                {
                    "name": "Same component",
                    "group_by": "component",
                    "window_minutes": 30,
                    "min_events": 3,
                    "minimum_severity": "P2",
                },
                CREATED,
                "rule",
                shows=("id", "active"),
            ),
            Step(
                "ines",
                "widens it",
                "PATCH /correlation-rules/{rule.id}/",
                {"window_minutes": 45},
                shows=("window_minutes",),
            ),
            Step("ines", "records an alert", "POST /events/", SLOW, CREATED, "event", shows=("already_recorded",)),
            Step(
                "ines",
                "records the same alert again",
                "POST /events/",
                SLOW,
                also=True,
                shows=("id", "already_recorded"),
            ),
            Step(
                "ines",
                "correlates it: one slow response does not require an incident",
                "POST /events/correlate/",
                {"event_record_ids": ["{event.id}"]},
                shows=("decision",),
            ),
            Step(
                "ines",
                "correlates a worse alert",
                "POST /events/correlate/",
                {
                    "event_payloads": [FULL],
                    "incident": {
                        "title": "The gateway's log volume is full",
                        "description": "New connections are refused.",
                        "category": "capacity_issue",
                        "impact_level": "high",
                    },
                },
                keep="detected",
                also=True,
                shows=("decision",),
            ),
            Step(
                "ines",
                "correlates one more of them",
                "POST /events/correlate/",
                {"event_payloads": [FULL]},
                also=True,
                shows=("decision",),
            ),
        ),
        sop=2,
    ),
    Chapter(
        "The severity is a function of stated facts; the response names the clause that decided it.",
        (
            Step(
                "carl",
                "classifies the stated facts",
                "POST /incidents/classify/",
                FACTS,
                shows=("severity", "rule"),
            ),
        ),
        sop=13,
    ),
    Chapter(
        "The facts are sent with the report, and the server classifies it. A duplicate report is refused, and the "
        "refusal names the open incident.",
        (
            Step(
                "ines",
                "reports an outage for Carl",
                "POST /incidents/",
                OUTAGE,
                CREATED,
                "incident",
                shows=("severity", "status"),
            ),
        ),
        sop=12,
    ),
    Chapter(
        "One request changes status, people and facts; notes record the progress. The client can read public notes.",
        (
            Step(
                "tara",
                "starts work",
                "PATCH /incidents/{incident.id}/",
                {"status": "in_progress", "assigned_to_id": "{tara.id}", "assigned_manager_id": "{ines.id}"},
                headers={"If-Match": "{incident.etag}"},
                shows=("status",),
            ),
            Step(
                "tara",
                "adds a note about her findings",
                "POST /incidents/{incident.id}/notes/",
                {"body": "The gateway's certificate expired last night.", "public": False},
                CREATED,
                shows=("public",),
            ),
            Step(
                "ines",
                "adds a public note for the client",
                "POST /incidents/{incident.id}/notes/",
                {"body": "We know the cause and are renewing a certificate.", "public": True},
                CREATED,
                shows=("public",),
            ),
            Step(
                "tara",
                "pauses a clock whose agreement allows it",
                "POST /incidents/{detected.incident.id}/pauses/",
                {"reason": "waiting_for_vendor", "note": "The vendor enlarges the log volume."},
                CREATED,
                "pause",
                shows=("reason", "ended_at"),
            ),
            Step(
                "tara",
                "resumes it",
                "POST /incidents/{detected.incident.id}/pauses/{pause.id}/end/",
                {"note": "The volume is larger now."},
                shows=("end_cause",),
            ),
            Step(
                "carl",
                "reads when and why the clock was paused",
                "GET /incidents/{detected.incident.id}/pauses/",
            ),
        ),
        sop=14,
    ),
)
