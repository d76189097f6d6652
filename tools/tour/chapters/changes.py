"""Changes and their rollback (SOP 20, 21)."""

from tools.tour.steps import CREATED, Chapter, Step

RENEWAL = {
    "change_title": "Renew the gateway's certificate",
    "change_type": "normal",
    "risk_level": "medium",
    "description": "Install the new certificate on both nodes.",
    "incident_id": "{incident.id}",
}
RESTART = {"change_title": "Restart the old gateway", "change_type": "emergency", "risk_level": "high"}

CHAPTERS = (
    Chapter(
        "A change is decided by another person, scheduled, started and completed or failed. An emergency change may "
        "start as soon as it is approved; a change of critical risk is decided by an executive.",
        (
            Step(
                "tara",
                "requests a change",
                "POST /change-requests/",
                RENEWAL,
                CREATED,
                "change",
                shows=("status",),
            ),
            Step(
                "tara",
                "corrects it before the decision",
                "PATCH /change-requests/{change.id}/",
                {"risk_level": "low"},
                shows=("risk_level",),
            ),
            Step(
                "ivan",
                "approves it",
                "POST /change-requests/{change.id}/approve/",
                {"comment": "Both nodes, one after the other."},
                shows=("status",),
            ),
            Step(
                "tara",
                "schedules it",
                "POST /change-requests/{change.id}/schedule/",
                {"scheduled_start": "2026-03-02T20:00:00Z", "scheduled_end": "2026-03-02T21:00:00Z"},
                shows=("status",),
            ),
            Step(
                "tara",
                "starts it before its window, with a reason",
                "POST /change-requests/{change.id}/start/",
                {"outside_window": True, "outside_window_reason": "The certificate expires this afternoon."},
                shows=("status", "outside_window", "outside_window_reason"),
            ),
            Step("tara", "completes it", "POST /change-requests/{change.id}/complete/", shows=("status",)),
            Step(
                "tom",
                "requests another change",
                "POST /change-requests/",
                RESTART,
                CREATED,
                "unwanted",
                shows=("status",),
            ),
            Step(
                "ivan",
                "rejects it",
                "POST /change-requests/{unwanted.id}/reject/",
                {"comment": "The second gateway carries the load."},
                shows=("status",),
            ),
            Step(
                "tom",
                "requests an emergency change",
                "POST /change-requests/",
                {**RESTART, "description": "The second gateway is at its limit."},
                CREATED,
                "failing",
                shows=("status",),
            ),
            Step("ivan", "approves it", "POST /change-requests/{failing.id}/approve/", {}, shows=("status",)),
            Step("tom", "starts it immediately", "POST /change-requests/{failing.id}/start/", shows=("status",)),
            Step("tom", "marks it as failed", "POST /change-requests/{failing.id}/fail/", shows=("status",)),
        ),
        sop=20,
    ),
    Chapter(
        "A change that is in progress, completed or failed can be rolled back; another person than the requester "
        "starts the rollback, and its completion requires validation.",
        (
            Step(
                "tom",
                "requests a rollback",
                "POST /rollback-requests/",
                {"change_id": "{failing.id}", "justification": "The gateway does not start."},
                CREATED,
                "refused_rollback",
                shows=("status",),
            ),
            Step(
                "ivan",
                "asks for details",
                "POST /rollback-requests/{refused_rollback.id}/reject/",
                {"comment": "What does its log say?"},
                shows=("status",),
            ),
            Step(
                "tom",
                "adds details",
                "POST /rollback-requests/",
                {"change_id": "{failing.id}", "justification": "It refuses its old certificate."},
                CREATED,
                "rollback",
                shows=("status",),
            ),
            Step("ivan", "starts it", "POST /rollback-requests/{rollback.id}/start/", shows=("status",)),
            Step(
                "tom",
                "completes it after validation",
                "POST /rollback-requests/{rollback.id}/complete/",
                {"validation_completed": True},
                shows=("status",),
            ),
        ),
        sop=21,
    ),
)
