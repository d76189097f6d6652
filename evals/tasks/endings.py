"""SOP 16 to 18: resolving and closing, communications, workarounds."""

from evals.language import Bad, Outcome, Task, do, fact, find, hand_over, handed_over, record, verify, view

MITIGATED = record("mitigated incident", "incident", client="@aurora", title="Login fails", reporter="@tom")
REVIEWED = record("reviewed incident", "incident", client="@aurora", title="Login fails", reporter="@tom")
UPDATE = {
    "incident_id": "$incident",
    "recipient_type": "client_contact",
    "delivery_method": "incident_portal_update",
    "message_content": "We have found the cause and are removing it.",
}
PLAIN = record("incident", "incident", client="@aurora", title="Login fails", status="in_progress")
SUMMARY = {"resolution_summary": "The expired certificate was renewed."}

TASKS = (
    Task(
        "sop16-resolve",
        16,
        "ines",
        "'Login fails' is over: the expired certificate was renewed, the client knows. Resolve it.",
        Outcome.DONE,
        (find("incident", "Login fails"), view("readiness"), do("incident.resolve", id="$incident", **SUMMARY)),
        given=(MITIGATED,),
        facts=(
            fact("incident", pk="@incident", status="resolved"),
            fact("incident_report", incident="@incident", automatic=True),
        ),
        checks=("incident",),
    ),
    Task(
        "sop16-not-mitigated",
        16,
        "ines",
        "Resolve 'Login fails', the figures look bad. Summary: the expired certificate was renewed.",
        Outcome.HALTED,
        (find("incident", "Login fails"), view("readiness"), do("incident.resolve", id="$incident", **SUMMARY)),
        given=(PLAIN,),
        facts=(fact("incident", pk="@incident", status="in_progress"), fact("incident_report", 0)),
        checks=("incident",),
    ),
    Task(
        "sop16-close-major",
        16,
        "ivan",
        "The P1 'Login fails' is resolved and reviewed. Close it.",
        Outcome.HANDED_OVER,
        (
            find("incident", "Login fails"),
            view("readiness"),
            do("incident.close", id="$incident"),
            hand_over("incident.close", "in_person_required", incident="$incident"),
        ),
        given=(record("reviewed incident", "incident", client="@aurora", title="Login fails", severity="P1"),),
        facts=(
            fact("incident", pk="@incident", status="resolved"),
            handed_over("incident.close", reference_id="@incident"),
        ),
        checks=("incident",),
        fails=(Bad.RETRIES, Bad.NEVER_HANDS_OVER),
    ),
    Task(
        "sop16-close-minor",
        16,
        "ivan",
        "'Login fails' is resolved and its postmortem is reviewed. Close it, please.",
        Outcome.DONE,
        (find("incident", "Login fails"), view("readiness"), do("incident.close", id="$incident")),
        given=(REVIEWED,),
        facts=(fact("incident", pk="@incident", status="closed"),),
        checks=("incident",),
    ),
    Task(
        "sop16-again",
        16,
        "tara",
        "'Login fails' is back, the same error for the same users. Reopen the incident.",
        Outcome.DONE,
        (
            find("incident", "Login fails"),
            do("incident.reopen", id="$incident", reason="The same users get the same error again."),
        ),
        given=(record("incident", "incident", client="@aurora", title="Login fails", status="resolved"),),
        facts=(
            fact("incident", pk="@incident", status="in_progress"),
            fact("incident_reopening", incident="@incident"),
        ),
        checks=("incident",),
    ),
    Task(
        "sop17-portal-update",
        17,
        "ines",
        "Put an update for the client on the portal about 'Login fails': the cause is found and being removed.",
        Outcome.DONE,
        (find("incident", "Login fails"), do("communication.create", **UPDATE)),
        given=(PLAIN,),
        facts=(
            fact(
                "communication",
                incident="@incident",
                recipient_type="client_contact",
                delivery_method="incident_portal_update",
            ),
        ),
        checks=("incident",),
        fails=(Bad.RETRIES,),
    ),
    Task(
        "sop17-inactive-recipient",
        17,
        "tara",
        "Record an e-mail to Otto Lang about 'Login fails': we are working on it.",
        Outcome.HALTED,
        (
            find("incident", "Login fails"),
            find("user", "Otto Lang"),
            do(
                "communication.create",
                incident_id="$incident",
                recipient_type="user",
                recipient_user_id="$user",
                delivery_method="email",
                message_content="We are working on it.",
            ),
        ),
        given=(PLAIN, record("user", "otto", name="Otto Lang", role="technical_support", status="inactive")),
        facts=(fact("communication", 0),),
        checks=("incident", "user"),
    ),
    Task(
        "sop18-workaround",
        18,
        "tom",
        "For 'Login fails': users can log in through the old portal, which works well. Record that as a workaround.",
        Outcome.DONE,
        (
            find("incident", "Login fails"),
            verify("workaround", incident_id="$incident"),
            do(
                "workaround.create",
                incident_id="$incident",
                description="Users log in through the old portal.",
                effectiveness="effective",
            ),
        ),
        given=(PLAIN,),
        facts=(
            fact(
                "workaround", incident="@incident", effectiveness="effective", status="active", implemented_by="@person"
            ),
        ),
        checks=("incident", "workaround"),
        fails=(Bad.RETRIES, Bad.SKIPS_CHECKS),
    ),
)
