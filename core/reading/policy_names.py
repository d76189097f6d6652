"""SOP inputs whose request fields have other names: one table, for refusals and for the documentation.

An empty value means that the SOP's input is not a field itself: its contents are fields of the body.
"""

from collections.abc import Collection

FIELD_NAMES: dict[str, tuple[str, ...]] = {
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
    """The field to use instead of a name from the policy, if this body has one; empty for any other name."""
    if name not in FIELD_NAMES:
        return ""
    if not FIELD_NAMES[name]:
        return "Send its contents as fields of this body."
    fitting = [each for each in FIELD_NAMES[name] if each in known]
    return f"The field is called {' or '.join(fitting)} here." if fitting else ""
