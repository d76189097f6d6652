"""Questions to the person at the client, inside results (revision 2026-07-28 of the protocol).

The client answers them and may invent the answers, so an answer never authorises anything: it only makes the call that
was offered, which the agent could make itself.
"""

from collections.abc import Mapping
from typing import Any

import mcp_types as types
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from agents.remedies import APPROVAL, Offer

# The longest reason of a request for approval.
LONGEST_REASON = 4_000
REASON = {"type": "string", "title": "Reason", "description": "For the approver.", "maxLength": LONGEST_REASON}


def can_ask(ctx: Any) -> bool:
    """Whether the client shows forms to its user."""
    capabilities = ctx.session.client_capabilities
    asked = capabilities.elicitation if capabilities is not None else None
    shows_forms = asked is not None and (asked.form is not None or asked.url is None)
    return shows_forms and ctx.protocol_version in MODERN_PROTOCOL_VERSIONS


def question_of(offer: Offer) -> types.InputRequiredResult:
    """The result that asks whether to accept an offer."""
    schema = {"type": "object", "properties": {"reason": REASON} if offer.key == APPROVAL else {}}
    form = types.ElicitRequestFormParams(message=offer.question, requested_schema=schema)
    return types.InputRequiredResult(input_requests={offer.key: types.ElicitRequest(params=form)})


def accepted(answers: Mapping[str, Any], offer: Offer) -> dict[str, str] | None:
    """What the person added to an accepted offer; None if it was not accepted."""
    answer = answers.get(offer.key)
    if not isinstance(answer, types.ElicitResult) or answer.action != "accept":
        return None
    reason = (answer.content or {}).get("reason")
    return {"reason": reason} if offer.key == APPROVAL and isinstance(reason, str) and reason else {}
