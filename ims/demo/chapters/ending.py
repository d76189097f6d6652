"""Resolution, review and closure: nobody ends an incident alone."""

from ims.demo.story import Story


def resolve(story: Story) -> None:
    """It is resolved when everything speaks for it (SOP 16)"""
    path = f"/incidents/{story.facts['incident']['id']}"
    missing = story.does("ines", "asks whether it is ready", "GET", f"{path}/readiness/")["resolve"]["missing"]
    story.console.print(f"   Missing: {', '.join(item['code'] for item in missing)}.")
    summary = {"resolution_summary": "An expired certificate was renewed; payments are accepted again."}
    story.refused("ines", "resolves it too early", "POST", f"{path}/resolve/", summary, expect="precondition_failed")
    story.does("tara", "completes the change", "POST", f"/change-requests/{story.facts['change']['id']}/complete/")
    delivered = {"delivery_status": "delivered"}
    message = f"/communications/{story.facts['communication']['id']}/"
    story.does("ines", "notes that the client was reached", "PATCH", message, delivered)
    story.does("eva", "resolves the escalation", "POST", f"/escalations/{story.facts['escalation']['id']}/resolve/")
    story.does("carl", "confirms that it works again", "POST", f"{path}/confirm-mitigation/", {"note": "All green."})
    story.facts["resolved"] = story.does("ines", "resolves it", "POST", f"{path}/resolve/", summary)


def close(story: Story) -> None:
    """It is reviewed and closed by another (SOP 16), after its cause is known (SOP 19)"""
    number = story.facts["incident"]["id"]
    report = f"/incident-reports/{story.facts['resolved']['postmortem_report_id']}/review/"
    story.refused("ines", "reviews her own resolution", "POST", report, {}, expect="segregation_of_duties")
    story.does("ivan", "reviews the postmortem", "POST", report, {"comment": "Complete."})
    close_it = f"/incidents/{number}/close/"
    story.refused("ivan", "closes a P1 without a cause", "POST", close_it, expect="precondition_failed")
    tara = story.does("tara", "reads her own account", "GET", "/me/")
    search = {"incident_id": number, "analysis_method": "five_whys", "assigned_to": tara["id"]}
    analysis = story.does("tara", "searches for the cause", "POST", "/root-cause-analyses/", search, expect=201)
    found = {"root_cause": "The renewal of the certificate was nobody's task."}
    story.does("tara", "finds it", "POST", f"/root-cause-analyses/{analysis['id']}/complete/", found)
    story.does("ivan", "approves the analysis", "POST", f"/root-cause-analyses/{analysis['id']}/approve/")
    story.refused("ivan", "closes it with the old postmortem", "POST", close_it, expect="precondition_failed")
    drafts = f"/incident-reports/?incident_id={number}&status=draft"
    draft = story.does("ivan", "reads the new draft", "GET", drafts)["results"][0]
    review = f"/incident-reports/{draft['id']}/review/"
    story.does("ivan", "reviews it again", "POST", review, {"comment": "Now with the cause."})
    story.refused("ines", "closes what she opened", "POST", close_it, expect="segregation_of_duties")
    story.does("ivan", "closes it", "POST", close_it)
    again = {"reason": "One more look."}
    reopen = f"/incidents/{number}/reopen/"
    story.refused("ines", "reopens what is final", "POST", reopen, again, expect="invalid_transition")
