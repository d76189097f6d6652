"""Resolution, review, closure (SOP 16)."""

from tools.tour.steps import Chapter, Step

SUMMARY = {"resolution_summary": "An expired certificate was renewed; payments are accepted again."}

CHAPTERS = (
    Chapter(
        "An incident is resolved when its impact is mitigated, its client informed and no action open; `readiness` "
        "lists what is missing. It is closed by someone who neither created nor reported it, after someone who did "
        "not resolve it has reviewed its postmortem.",
        (
            Step("ines", "reads what is missing", "GET /incidents/{incident.id}/readiness/"),
            Step(
                "carl",
                "confirms the mitigation",
                "POST /incidents/{incident.id}/confirm-mitigation/",
                {"note": "All payments go through."},
                shows=("status",),
            ),
            Step("ines", "resolves it", "POST /incidents/{incident.id}/resolve/", SUMMARY, shows=("status",)),
            Step(
                "ines",
                "reopens it",
                "POST /incidents/{incident.id}/reopen/",
                {"reason": "One branch still reports errors."},
                shows=("status",),
            ),
            Step(
                "ines",
                "resolves it with the helpful change",
                "POST /incidents/{incident.id}/resolve/",
                {**SUMMARY, "change_ids": ["{change.id}"]},
                keep="resolved",
                also=True,
                shows=("status",),
            ),
            Step(
                "ivan",
                "reviews the postmortem",
                "POST /incident-reports/{resolved.postmortem_report_id}/review/",
                {"comment": "Complete."},
                shows=("status",),
            ),
            Step(
                "ivan",
                "closes it",
                "POST /incidents/{incident.id}/close/",
                {"closed_by": "{ivan.id}"},
                shows=("status",),
            ),
        ),
        sop=16,
    ),
)
