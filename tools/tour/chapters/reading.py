"""Every read that the procedures do not include: lists, single records and computed values."""

from tools.tour.chapters.authority import THIRD
from tools.tour.steps import Chapter, Step

# Collection → the kept response whose id is read.
COLLECTIONS = {
    "activations": "activations.results.0",
    "approval-rules": "rules.results.0",
    "approvals": "vendor_approval",
    "audit-entries": "entry",
    "change-requests": "change",
    "clients": "client",
    "communications": "message",
    "components": "component",
    "correlation-rules": "rule",
    "escalations": "escalation",
    "event-correlations": "correlations.results.0",
    "events": "event",
    "handoffs": "handoff",
    "incident-reports": "report",
    "incidents": "incident",
    "knowledge-articles": "article",
    "metrics": "metric",
    "post-incident-reviews": "review",
    "products": "product",
    "rollback-requests": "rollback",
    "root-cause-analyses": "analysis",
    "sla-agreements": "agreement",
    "subscriptions": "subscription",
    "users": "carl",
    "vendors": "vendor",
    "workarounds": "workaround",
}
PARTS = (
    "clients/{client.id}/account-managers",
    "clients/{client.id}/calendar",
    "incidents/{incident.id}/notes",
    "incidents/{incident.id}/sla",
    "incidents/{incident.id}/timeline",
    "knowledge-articles/{article.id}/revisions",
    "post-incident-reviews/{review.id}/action-items",
    "me",
    "me/audit-entries",
    "me/inbox",
    "action-items",
    "policy",
)


def spoken(path: str) -> str:
    return path.rpartition("/")[2].replace("-", " ")


CHAPTERS = (
    Chapter(
        "Lists are paginated.",
        (
            Step("ines", "lists event correlations", "GET /event-correlations/?page_size=2", keep="correlations"),
            Step("ines", "lists activations", "GET /activations/?page_size=2", keep="activations"),
            *(Step("ines", f"lists {spoken(name)}", f"GET /{name}/?page_size=2") for name in COLLECTIONS),
        ),
    ),
    Chapter(
        "Single records are complete.",
        tuple(
            Step("ines", f"reads one of the {spoken(name)}", f"GET /{name}/{{{kept}.id}}/")
            for name, kept in COLLECTIONS.items()
        ),
    ),
    Chapter(
        "Parts of records, and computed values.",
        tuple(Step("ines", f"reads {spoken(path)}", f"GET /{path}/") for path in PARTS),
    ),
    Chapter(
        "The API describes itself, and checks requests in advance.",
        (
            Step(
                "sam",
                "checks what a request requires",
                "POST /approvals/check/",
                {"operation": "vendor.create", "payload": THIRD},
            ),
            Step("", "reads the OpenAPI description", "GET /schema/", only=("openapi",)),
            Step("", "reads it as a page", "GET /docs/"),
        ),
    ),
)
