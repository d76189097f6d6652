"""Approvals, handoffs, tokens: operations outside the procedures."""

from tools.tour.chapters.providers import GATEWAY
from tools.tour.steps import CREATED, Chapter, Step

THIRD = {**GATEWAY, "vendor_name": "Third Gateway Ltd", "contact_email": "hello@third-gateway.example"}
BY_HAND = {"reason_code": "unauthorized", "details": "The client asks for a credit note.", "reference_type": "incident"}

CHAPTERS = (
    Chapter(
        "An approval can be rejected; the rules themselves are data.",
        (
            Step(
                "sam",
                "requests another approval",
                "POST /approvals/",
                {"operation": "vendor.create", "payload": THIRD},
                CREATED,
                "unapproved",
            ),
            Step(
                "eva", "rejects it", "POST /approvals/{unapproved.id}/reject/", {"comment": "Two gateways are enough."}
            ),
            Step("eva", "reads the rules", "GET /approval-rules/?page_size=2", keep="rules"),
            Step(
                "eva",
                "extends the lifetime of approvals",
                "PATCH /approval-rules/{rules.results.0.id}/",
                {"validity_hours": 48},
            ),
        ),
    ),
    Chapter(
        "Requests that only a person can resolve are handed over.",
        (
            Step(
                "carl",
                "hands over a refused request",
                "POST /handoffs/",
                {**BY_HAND, "reference_id": "{incident.id}"},
                CREATED,
                "handoff",
            ),
            Step("ines", "accepts the handoff", "POST /handoffs/{handoff.id}/accept/"),
            Step(
                "ines",
                "closes it with the outcome",
                "POST /handoffs/{handoff.id}/close/",
                {"outcome": "A credit was given."},
            ),
        ),
    ),
    Chapter(
        "Tokens are listed without their secrets, and revoked.",
        (
            Step("vera", "lists her tokens", "GET /auth/tokens/", keep="tokens"),
            Step(
                "vera", "creates one for a script", "POST /auth/tokens/", {"name": "nightly check", "days": 7}, CREATED
            ),
            Step("sam", "lists his console sessions", "GET /auth/sessions/", keep="sessions"),
            Step("sam", "ends one", "DELETE /auth/sessions/{sessions.results.0.id}/"),
            Step("vera", "logs out", "POST /auth/logout/"),
            Step(
                "",
                "logs her in again",
                "POST /auth/token/",
                {"email": "vera@ims.example", "password": "correct-horse-battery"},
                keep="vera_token",
            ),
            Step("vera", "reads what was done with it", "GET /auth/tokens/{vera_token.id}/activity/"),
            Step("vera", "revokes a token", "DELETE /auth/tokens/{vera_token.id}/"),
        ),
    ),
)
