"""Metrics, reports and reviews after closure (SOP 22 to 25)."""

from tools.tour.steps import CREATED, Chapter, Step

RATINGS = {
    "timeline_accuracy_rating": 4,
    "communication_effectiveness_rating": 3,
    "technical_response_rating": 5,
}
PERIOD = "from=2026-03-01&to=2026-03-31&interval=month"

CHAPTERS = (
    Chapter(
        "The server derives a metric and stores it next to the stated one. Analytics measure many incidents together, "
        "as JSON or, with `Accept: text/csv`, as a table.",
        (
            Step(
                "ines",
                "records a metric",
                "POST /metrics/",
                {
                    "incident_id": "{incident.id}",
                    "metric_type": "mean_time_to_resolve",
                    "calculated_value_minutes": 60,
                    "target_minutes": 240,
                },
                CREATED,
                "metric",
                shows=("unit",),
            ),
            Step("ines", "measures a month", f"GET /analytics/?{PERIOD}&group_by=severity"),
            Step("ines", "reads it as a table", f"GET /analytics/?{PERIOD}", headers={"Accept": "text/csv"}, also=True),
        ),
        sop=22,
    ),
    Chapter(
        (
            "A report is generated from the records, by an executive or with an executive's approval, and downloaded "
            "as a file."
        ),
        (
            Step(
                "eva",
                "generates a report",
                "POST /incident-reports/",
                {"incident_id": "{incident.id}", "report_type": "executive_summary"},
                CREATED,
                "report",
                shows=("status",),
            ),
            Step(
                "eva",
                "downloads it as Markdown",
                "GET /incident-reports/{report.id}/download/?as=md",
                headers={"Accept": "text/markdown"},
            ),
        ),
        sop=23,
    ),
    Chapter(
        "An article goes from draft to review to publication; its author cannot publish it.",
        (
            Step(
                "tara",
                "writes an article",
                "POST /knowledge-articles/",
                {
                    "title": "Renewing the gateway's certificate",
                    "content_type": "prevention_guide",
                    "category": "best_practice",
                    "body": "# Renewal\n\nRenew **thirty days** before it expires.",
                    "incident_id": "{incident.id}",
                    "reviewer_user_id": "{tom.id}",
                },
                CREATED,
                "article",
                shows=("status",),
            ),
            Step("tara", "submits it", "POST /knowledge-articles/{article.id}/submit/", shows=("status",)),
            Step(
                "tom",
                "returns it",
                "POST /knowledge-articles/{article.id}/return/",
                {"comment": "Whose task is it?"},
                shows=("status",),
            ),
            Step(
                "tara",
                "revises the article",
                "PATCH /knowledge-articles/{article.id}/",
                {"body": "# Renewal\n\nThe platform team renews it **thirty days** before it expires."},
                headers={"If-Match": "*"},
                shows=("status",),
            ),
            Step("tara", "submits it again", "POST /knowledge-articles/{article.id}/submit/", shows=("status",)),
            Step(
                "tom",
                "publishes it",
                "POST /knowledge-articles/{article.id}/publish/",
                {"comment": "Clear."},
                shows=("status",),
            ),
            Step(
                "ines",
                "finds it for the open incident",
                "GET /incidents/{detected.incident.id}/suggested-articles/",
            ),
            Step(
                "ivan", "archives it a year later", "POST /knowledge-articles/{article.id}/archive/", shows=("status",)
            ),
        ),
        sop=24,
    ),
    Chapter(
        "A closed incident is reviewed. Improvements become action items with an owner and a date.",
        (
            Step(
                "ivan",
                "schedules a review",
                "POST /post-incident-reviews/",
                {"incident_id": "{incident.id}", "scheduled_date": "2030-03-06", "facilitator_user_id": "{ivan.id}"},
                CREATED,
                "cancelled",
                shows=("status",),
            ),
            Step("ivan", "cancels it", "POST /post-incident-reviews/{cancelled.id}/cancel/", shows=("status",)),
            Step(
                "ivan",
                "schedules another",
                "POST /post-incident-reviews/",
                {"incident_id": "{incident.id}", "scheduled_date": "2030-03-09", "facilitator_user_id": "{tara.id}"},
                CREATED,
                "review",
                shows=("status",),
            ),
            Step(
                "ivan",
                "becomes the facilitator",
                "PATCH /post-incident-reviews/{review.id}/",
                {"facilitator_user_id": "{ivan.id}"},
                shows=("status",),
            ),
            Step("ivan", "begins", "POST /post-incident-reviews/{review.id}/start/", shows=("status",)),
            Step(
                "ivan",
                "adds an action item",
                "POST /post-incident-reviews/{review.id}/action-items/",
                {"title": "Watch the expiry of certificates", "owner_id": "{tara.id}", "due_date": "2030-04-01"},
                CREATED,
                "item",
                shows=("status",),
            ),
            Step(
                "tara",
                "completes it",
                "PATCH /post-incident-reviews/{review.id}/action-items/{item.id}/",
                {"status": "done"},
                shows=("status",),
            ),
            Step(
                "ivan",
                "completes the review",
                "POST /post-incident-reviews/{review.id}/complete/",
                {**RATINGS, "findings": "Nobody owned the renewal."},
                shows=("status",),
            ),
        ),
        sop=25,
    ),
)
