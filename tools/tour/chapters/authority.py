"""Approvals, handoffs, tokens: operations outside the procedures."""

from core.codes import Code
from tools.tour.chapters.providers import GATEWAY
from tools.tour.steps import CREATED, Chapter, Step

THIRD = {**GATEWAY, "vendor_name": "Third Gateway Ltd", "contact_email": "hello@third-gateway.example"}
VERA = {"email": "vera@ims.example", "password": "correct-horse-battery"}
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
                VERA,
                keep="vera_token",
            ),
            Step("vera", "reads what was done with it", "GET /auth/tokens/{vera_token.id}/activity/"),
            Step("vera", "revokes a token", "DELETE /auth/tokens/{vera_token.id}/"),
        ),
    ),
    Chapter(
        "A second factor is enrolled with an authenticator app.",
        (
            Step("", "logs Vera in", "POST /auth/token/", VERA, keep="vera_token"),
            Step("vera", "begins to enrol an authenticator app", "POST /auth/totp/", keep="app"),
            Step("vera", "confirms it with its code", "POST /auth/totp/confirm/", {"code": "{app.app_code}"}),
            Step("vera", "removes it", "DELETE /auth/totp/"),
            Step("vera", "enrols another app", "POST /auth/totp/", keep="app"),
            Step("vera", "confirms that one", "POST /auth/totp/confirm/", {"code": "{app.app_code}"}),
            Step("", "logs in without a code", "POST /auth/token/", VERA, refused=Code.OTP_REQUIRED),
            Step("vera", "reads her own account", "GET /me/", keep="vera_account", also=True),
            Step("sam", "resets her second factor", "POST /users/{vera_account.id}/reset-second-factor/"),
        ),
    ),
)
