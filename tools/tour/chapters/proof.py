"""The audit trail, and finding things (SOP 27, 1)."""

from tools.tour.steps import CREATED, Chapter, Step

CHAPTERS = (
    Chapter(
        "Every write leaves its entry by itself. What happened outside the system is stated; such an entry is marked.",
        (
            Step(
                "tara",
                "states that she used a tool",
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
        "Before a procedure is carried out its records are looked up: no match is an empty answer, one comes whole, "
        "many come as a list to choose from.",
        (
            Step(
                "ines",
                "finds nobody",
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
