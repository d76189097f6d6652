"""Borrowed authority, handing over, tokens: what stands beside the procedures."""

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
                "asks for another approval",
                "POST /approvals/",
                {"operation": "vendor.create", "payload": THIRD},
                CREATED,
                "unapproved",
            ),
            Step(
                "eva", "rejects it", "POST /approvals/{unapproved.id}/reject/", {"comment": "Two gateways are enough."}
            ),
            Step("eva", "looks at the rules", "GET /approval-rules/?page_size=2", keep="rules"),
            Step(
                "eva",
                "lets approvals live longer",
                "PATCH /approval-rules/{rules.results.0.id}/",
                {"validity_hours": 48},
            ),
        ),
    ),
    Chapter(
        "What only a person can settle is handed over.",
        (
            Step(
                "carl",
                "hands over what he may not do",
                "POST /handoffs/",
                {**BY_HAND, "reference_id": "{incident.id}"},
                CREATED,
                "handoff",
            ),
            Step("ines", "takes it over", "POST /handoffs/{handoff.id}/accept/"),
            Step(
                "ines", "says what came of it", "POST /handoffs/{handoff.id}/close/", {"outcome": "A credit was given."}
            ),
        ),
    ),
    Chapter(
        "Tokens are listed without their secrets, and revoked.",
        (
            Step("vera", "sees her tokens", "GET /auth/tokens/", keep="tokens"),
            Step("vera", "makes one for a script", "POST /auth/tokens/", {"name": "nightly check", "days": 7}, CREATED),
            Step("sam", "sees his sessions of the console", "GET /auth/sessions/", keep="sessions"),
            Step("sam", "ends one", "DELETE /auth/sessions/{sessions.results.0.id}/"),
            Step("vera", "logs out", "POST /auth/logout/"),
            Step(
                "",
                "logs her in again",
                "POST /auth/token/",
                {"email": "vera@ims.example", "password": "correct-horse-battery"},
                keep="vera_token",
            ),
            Step("vera", "revokes a token", "DELETE /auth/tokens/{vera_token.id}/"),
        ),
    ),
)
