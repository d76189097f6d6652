"""The audit trail, and discovery (SOP 27, 1)."""

from tools.tour.steps import CREATED, Chapter, Step

CHAPTERS = (
    Chapter(
        "Every write has an audit entry automatically. Acts outside the system can be stated; such an entry is marked.",
        (
            Step(
                "tara",
                "states the use of a tool",
                "POST /audit-entries/",
                {
                    "action": "tool_use",
                    "reference_type": "incident",
                    "reference_id": "{incident.id}",
                    "meta": {"tool": "certificate checker"},
                },
                CREATED,
                "entry",
                shows=("action", "origin"),
            ),
            Step(
                "ines",
                "reads the incident's trail",
                "GET /audit-entries/?reference_type=incident&reference_id={incident.id}&page_size=3",
            ),
            Step("eva", "verifies every hash chain", "GET /audit-entries/verify/", shows=("verified",)),
        ),
        sop=27,
    ),
    Chapter(
        "Records are looked up before a procedure is executed: no match is an empty result, one match is returned "
        "completely, many as a list for disambiguation.",
        (
            Step(
                "ines",
                "finds no client",
                "GET /discovery/?entity_type=client&name=Nobody+Ltd",
                also=True,
                shows=("match",),
            ),
            Step(
                "ines",
                "finds one client",
                "GET /discovery/?entity_type=client&registration_number=HRB-1042",
                also=True,
                shows=("match",),
            ),
            Step("ines", "finds many people", "GET /discovery/?entity_type=user&search=a", shows=("match",)),
        ),
        sop=1,
    ),
)
