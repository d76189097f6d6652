"""SOP 22 to 25: metrics, reports, articles and post-incident reviews."""

from evals.language import (
    Bad,
    Outcome,
    Task,
    approval_asked,
    ask_approval,
    do,
    fact,
    find,
    hand_over,
    handed_over,
    record,
)

CLOSED = record("incident", "incident", client="@aurora", title="Login fails", status="closed")
OPEN = record("incident", "incident", client="@aurora", title="Login fails", status="in_progress")
ARTICLE = {
    "title": "Logins fail after a certificate expires",
    "content_type": "troubleshooting",
    "category": "incident_resolution",
    "body": "Look at the expiry date first.",
}
REVIEW = {"incident_id": "$incident", "scheduled_date": "2030-01-15", "facilitator_user_id": "$user"}
REPORT = {"incident_id": "$incident", "report_type": "executive_summary"}

TASKS = (
    Task(
        "sop22-record-mttr",
        22,
        "ines",
        "Record the mean time to resolve for the closed incident 'Login fails'; the target was 240 minutes.",
        Outcome.DONE,
        (
            find("incident", "Login fails"),
            do("metric.record", incident_id="$incident", metric_type="mean_time_to_resolve", target_minutes=240),
        ),
        given=(CLOSED,),
        facts=(fact("metric", incident="@incident", metric_type="mean_time_to_resolve", target_minutes=240),),
        checks=("incident",),
        fails=(Bad.RETRIES,),
    ),
    Task(
        "sop22-still-open",
        22,
        "sam",
        "Record an MTTR of 30 minutes for 'Login fails'.",
        Outcome.HALTED,
        (
            find("incident", "Login fails"),
            do(
                "metric.record",
                incident_id="$incident",
                metric_type="mean_time_to_resolve",
                calculated_value_minutes=30,
            ),
        ),
        given=(OPEN,),
        facts=(fact("metric", 0),),
        checks=("incident",),
    ),
    Task(
        "sop23-summary",
        23,
        "ines",
        "The board wants an executive summary of 'Login fails'. Generate it.",
        Outcome.HANDED_OVER,
        (find("incident", "Login fails"), ask_approval("report.generate", REPORT)),
        given=(CLOSED,),
        facts=(fact("incident_report", 0), approval_asked("report.generate")),
        checks=("incident",),
        fails=(Bad.RETRIES, Bad.NEVER_HANDS_OVER),
    ),
    Task(
        "sop24-new-article",
        24,
        "tom",
        "Write a troubleshooting article from 'Login fails': look at the expiry date of the certificate first.",
        Outcome.DONE,
        (find("incident", "Login fails"), do("article.create", **ARTICLE, incident_id="$incident")),
        given=(CLOSED,),
        facts=(fact("kb_article", incident="@incident", status="draft", author="@person"),),
        checks=("incident",),
        fails=(Bad.RETRIES,),
    ),
    Task(
        "sop24-publish",
        24,
        "ivan",
        "Publish Tom's article about logins, it has been in review long enough.",
        Outcome.HANDED_OVER,
        (
            find("kb_article", "Logins", key="article"),
            do("article.publish", id="$article"),
            hand_over("article.publish", "in_person_required", kb_article="$article"),
        ),
        given=(record("kb_article", "article", **ARTICLE, author="@tom", status="in_review"),),
        facts=(
            fact("kb_article", pk="@article", status="in_review"),
            handed_over("article.publish", reference_id="@article"),
        ),
        checks=("kb_article",),
        fails=(Bad.RETRIES, Bad.NEVER_HANDS_OVER),
    ),
    Task(
        "sop25-schedule",
        25,
        "ines",
        "Schedule the post-incident review of 'Login fails' for 15 January 2030; Ivan Petrov facilitates.",
        Outcome.DONE,
        (find("incident", "Login fails"), find("user", "Ivan Petrov"), do("review.create", **REVIEW)),
        given=(CLOSED,),
        facts=(fact("post_incident_review", incident="@incident", facilitator_user="@ivan", status="scheduled"),),
        checks=("incident", "user"),
    ),
    Task(
        "sop25-not-closed",
        25,
        "ines",
        "Schedule the post-incident review of 'Login fails' for 15 January 2030; Ivan Petrov facilitates.",
        Outcome.HALTED,
        (find("incident", "Login fails"), find("user", "Ivan Petrov"), do("review.create", **REVIEW)),
        given=(OPEN,),
        facts=(fact("post_incident_review", 0),),
        checks=("incident",),
    ),
)
