"""After closure: what is learned, measured and reported."""

from datetime import date, timedelta

from ims.demo.story import Story


def account(story: Story) -> None:
    """The account of it: timeline, service levels, a report (SOP 23)"""
    number = story.facts["incident"]["id"]
    timeline = story.does("carl", "reads the timeline he may see", "GET", f"/incidents/{number}/timeline/")
    story.console.print(f"   {len(timeline['results'])} entries for the client.")
    levels = story.does("ada", "reads the service levels", "GET", f"/incidents/{number}/sla/")
    story.console.print(f"   Agreement {levels['agreement_id']}, state {levels['state']}.")
    wanted = {"incident_id": number, "report_type": "executive_summary"}
    story.refused("ines", "generates a report", "POST", "/incident-reports/", wanted, expect="approval_required")
    story.does("eva", "generates it herself", "POST", "/incident-reports/", wanted, expect=201)


def learn(story: Story) -> None:
    """What is learned from it (SOP 22, 24, 25)"""
    number = story.facts["incident"]["id"]
    metric = {"incident_id": number, "metric_type": "mean_time_to_acknowledge"}
    value = story.does("ines", "records a metric", "POST", "/metrics/", metric, expect=201)
    story.console.print(f"   The server derives {value['derived_value']} {value['unit']}.")
    article = {
        "title": "Renewing the gateway's certificate",
        "content_type": "prevention_guide",
        "category": "best_practice",
        "incident_id": number,
        "body": "# Renewal\n\nRenew **thirty days** before it expires; the owner is the platform team.",
    }
    written = story.does("tara", "writes an article", "POST", "/knowledge-articles/", article, expect=201)
    path = f"/knowledge-articles/{written['id']}"
    story.does("tara", "submits it", "POST", f"{path}/submit/")
    story.refused("tom", "publishes what was not given to him", "POST", f"{path}/publish/", expect="out_of_scope")
    story.does("ivan", "publishes it", "POST", f"{path}/publish/")
    ivan = story.does("ivan", "reads his own account", "GET", "/me/")
    meeting = {
        "incident_id": number,
        "scheduled_date": str(date.today() + timedelta(days=7)),  # noqa: DTZ011 - the visitor's calendar
        "facilitator_user_id": ivan["id"],
    }
    story.does("ivan", "schedules the review", "POST", "/post-incident-reviews/", meeting, expect=201)
