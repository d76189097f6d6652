"""The response: escalation, communication, workaround, analysis (SOP 15, 17 to 19)."""

from tools.tour.steps import CREATED, Chapter, Step

CHAPTERS = (
    Chapter(
        "An escalation goes to a person, whose role determines the level. They acknowledge and resolve it.",
        (
            Step(
                "tara",
                "escalates to the executive",
                "POST /escalations/",
                {
                    "incident_id": "{incident.id}",
                    "target_user_id": "{executive.id}",
                    "reason": "Revenue is being lost.",
                    "reason_code": "sla_breach",
                },
                CREATED,
                "escalation",
                shows=("escalation_level", "status"),
            ),
            Step("eva", "acknowledges it", "POST /escalations/{escalation.id}/acknowledge/", shows=("status",)),
            Step("eva", "resolves it", "POST /escalations/{escalation.id}/resolve/", shows=("status",)),
        ),
        sop=15,
    ),
    Chapter(
        "Communications are recorded; nothing is sent. Their delivery status is updated later.",
        (
            Step(
                "ines",
                "informs the client",
                "POST /communications/",
                {
                    "incident_id": "{incident.id}",
                    "recipient_type": "client_contact",
                    "recipient_user_id": "{carl.id}",
                    "delivery_method": "email",
                    "subject": "Payments are declined",
                    "message_content": "We know the cause; payments will work again within the hour.",
                },
                CREATED,
                "message",
                shows=("delivery_status",),
            ),
            Step(
                "ines",
                "marks it as delivered",
                "PATCH /communications/{message.id}/",
                {"delivery_status": "delivered"},
                shows=("delivery_status",),
            ),
        ),
        sop=17,
    ),
    Chapter(
        "An effective workaround is evidence that the impact is mitigated.",
        (
            Step(
                "tara",
                "records a workaround",
                "POST /workarounds/",
                {
                    "incident_id": "{incident.id}",
                    "description": "Card traffic goes through the second gateway.",
                    "effectiveness": "partially_effective",
                },
                CREATED,
                "workaround",
                shows=("effectiveness", "status"),
            ),
            Step(
                "tara",
                "changes its effectiveness",
                "PATCH /workarounds/{workaround.id}/",
                {"effectiveness": "effective"},
                shows=("effectiveness",),
            ),
        ),
        sop=18,
    ),
    Chapter(
        "The analyst cannot decide their own analysis: another incident manager approves or rejects it.",
        (
            Step(
                "tara",
                "starts an analysis",
                "POST /root-cause-analyses/",
                {"incident_id": "{incident.id}", "analysis_method": "five_whys", "assigned_to": "{tara.id}"},
                CREATED,
                "analysis",
                shows=("status",),
            ),
            Step(
                "tara",
                "chooses another method",
                "PATCH /root-cause-analyses/{analysis.id}/",
                {"analysis_method": "fault_tree_analysis"},
                shows=("analysis_method",),
            ),
            Step(
                "tara",
                "completes it with a cause",
                "POST /root-cause-analyses/{analysis.id}/complete/",
                {"root_cause": "A certificate expired."},
                shows=("status",),
            ),
            Step(
                "ivan",
                "rejects it with a question",
                "POST /root-cause-analyses/{analysis.id}/reject/",
                {"comment": "Why did nobody renew it?"},
                shows=("status",),
            ),
            Step(
                "tara",
                "completes it with the underlying cause",
                "POST /root-cause-analyses/{analysis.id}/complete/",
                {"root_cause": "The renewal of the certificate was nobody's task."},
                shows=("status",),
            ),
            Step("ivan", "approves it", "POST /root-cause-analyses/{analysis.id}/approve/", shows=("status",)),
        ),
        sop=19,
    ),
)
