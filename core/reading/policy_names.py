"""The policy's names of inputs where a request names them otherwise: one table, for refusals and for the documentation.

An empty name says that the policy's input is no member of its own: what it holds are members of the body themselves.
"""

from collections.abc import Collection

OURS: dict[str, tuple[str, ...]] = {
    "new_status": ("status",),
    "field_updates": (),
    "updated_fields": (),
    "requested_changes": (),
    "target_user": ("target_user_id",),
    "recipient": ("recipient_user_id", "recipient_group"),
    "event_payload_from_user": ("event_payloads",),
    "event_record_id": ("event_record_ids",),
    "response_time": ("response_time_minutes",),
    "resolution_time": ("resolution_time_hours",),
}


def advice_for(name: str, known: Collection[str]) -> str:
    """What to write instead of a name of the policy, where this body knows it; empty for any other name."""
    if name not in OURS:
        return ""
    if not OURS[name]:
        return "State the fields themselves, as members of this body."
    fitting = [each for each in OURS[name] if each in known]
    return f"Here it is called {' or '.join(fitting)}." if fitting else ""
