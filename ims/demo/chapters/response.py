"""Work on the incident: progress, escalation, workaround, communications, a change."""

from ims.demo.story import Story


def work(story: Story) -> None:
    """It is worked on (SOP 14)"""
    path = f"/incidents/{story.facts['incident']['id']}/"
    read = story.does("tara", "reads it", "GET", path)
    etag = str(story.facts["etag"])
    story.does(
        "ines", "takes charge of it", "PATCH", path, {"assigned_manager_id": read["created_by_id"]}, If_Match=etag
    )
    moved = {"status": "in_progress"}
    story.refused(
        "tara", "acts on what she read before that", "PATCH", path, moved, expect="stale_version", If_Match=etag
    )
    story.does("tara", "reads again and acknowledges", "PATCH", path, moved)
    story.refused(
        "tara", "would just call it resolved", "PATCH", path, {"status": "resolved"}, expect="invalid_transition"
    )
    note = {"body": "Fail-over to the second gateway is being prepared.", "public": True}
    story.does("tara", "adds a note for the client", "POST", f"{path}notes/", note, expect=201)
    inner = {"body": "Suspect last night's certificate change.", "public": False}
    story.does("tara", "adds an internal note", "POST", f"{path}notes/", inner, expect=201)
    seen = story.does("carl", "reads the notes: he sees the public one", "GET", f"{path}notes/")
    story.require(len(seen["results"]) == 1, "the client sees more than the public note")


def escalate(story: Story) -> None:
    """It is escalated (SOP 15), worked around (SOP 18) and talked about (SOP 17)"""
    number = story.facts["incident"]["id"]
    eva = story.does("eva", "reads her own account", "GET", "/me/")
    call = {"incident_id": number, "target_user_id": story.facts["carl"]["id"], "reason": "Revenue is being lost."}
    story.refused("tara", "escalates to the client", "POST", "/escalations/", call, expect="validation_error")
    call = {**call, "target_user_id": eva["id"], "reason_code": "sla_breach"}
    escalation = story.does("tara", "escalates to the executive", "POST", "/escalations/", call, expect=201)
    story.facts["escalation"] = escalation
    answer = f"/escalations/{escalation['id']}"
    story.refused("tom", "answers for her", "POST", f"{answer}/acknowledge/", expect="out_of_scope")
    story.does("eva", "acknowledges", "POST", f"{answer}/acknowledge/")
    around = {
        "incident_id": number,
        "description": "Card traffic goes through the second gateway.",
        "effectiveness": "partially_effective",
    }
    story.does("tara", "records a workaround", "POST", "/workarounds/", around, expect=201)
    words = {
        "incident_id": number,
        "recipient_type": "client_contact",
        "recipient_user_id": story.facts["carl"]["id"],
        "delivery_method": "email",
        "message_content": "Payments work again through a second gateway; we are looking for the cause.",
    }
    sent = story.does("ines", "tells the client", "POST", "/communications/", words, expect=201)
    story.facts["communication"] = sent


def change(story: Story) -> None:
    """A change removes the cause (SOP 20)"""
    body = {
        "change_title": "Renew the gateway's certificate",
        "change_type": "emergency",
        "risk_level": "critical",
        "incident_id": story.facts["incident"]["id"],
    }
    asked = story.does("tara", "requests an emergency change", "POST", "/change-requests/", body, expect=201)
    path = f"/change-requests/{asked['id']}"
    story.refused("tara", "starts it without a decision", "POST", f"{path}/start/", expect="invalid_transition")
    story.refused("ines", "decides a critical change", "POST", f"{path}/approve/", expect="role_not_permitted")
    story.does("eva", "decides it", "POST", f"{path}/approve/", {"comment": "Do it now."})
    story.does("tara", "starts it", "POST", f"{path}/start/")
    story.facts["change"] = asked
