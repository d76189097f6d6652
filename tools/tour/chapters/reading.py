"""Every read that the procedures do not show: lists, single records and what is computed."""

from tools.tour.chapters.authority import THIRD
from tools.tour.steps import Chapter, Step

# Collection → the kept answer whose id is read.
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
        "Lists come in pages.",
        (
            Step("ines", "lists what events were related", "GET /event-correlations/?page_size=2", keep="correlations"),
            Step("ines", "lists what accounts were opened", "GET /activations/?page_size=2", keep="activations"),
            *(Step("ines", f"lists {spoken(name)}", f"GET /{name}/?page_size=2") for name in COLLECTIONS),
        ),
    ),
    Chapter(
        "A single record comes whole.",
        tuple(
            Step("ines", f"reads one of the {spoken(name)}", f"GET /{name}/{{{kept}.id}}/")
            for name, kept in COLLECTIONS.items()
        ),
    ),
    Chapter(
        "Parts of records, and what is computed.",
        tuple(Step("ines", f"reads {spoken(path)}", f"GET /{path}/") for path in PARTS),
    ),
    Chapter(
        "The API describes itself, and says beforehand what would become of a request.",
        (
            Step(
                "sam",
                "asks what a request would need",
                "POST /approvals/check/",
                {"operation": "vendor.create", "payload": THIRD},
            ),
            Step("", "reads the description", "GET /schema/", only=("openapi",)),
            Step("", "reads it as a page", "GET /docs/"),
        ),
    ),
)
