"""The inputs of each SOP under the policy's names, and what they are called in a request, computed from the bodies."""

from collections.abc import Iterator

from core.operations.registry import registry
from core.reading.policy_names import FIELD_NAMES

INPUTS: dict[int, str] = {
    1: "entity_type filters requester_id",
    2: "event_record_id event_payload_from_user source correlation_rules severity_thresholds",
    3: "name registration_number contact_email client_type contact_phone address",
    4: "client_id updated_fields requester_id",
    5: "name email role department timezone client_id vendor_id",
    6: "user_id requested_changes modified_by",
    7: "vendor_name contact_email contact_phone vendor_type",
    8: "product_name product_type version vendor_id",
    9: "product_id component_name component_type environment location ports status",
    10: "client_id product_id subscription_type service_level_tier start_date end_date recovery_objectives",
    11: "subscription_id severity_level response_time_minutes resolution_time_hours availability_target",
    12: "reporter_id client_id title description category severity impact_level component_id",
    14: "incident_id new_status updated_by field_updates",
    15: "incident_id target_user reason requested_by",
    16: "incident_id resolved_by resolution_summary",
    17: "incident_id sender_user recipient delivery_method message_content",
    18: "incident_id description effectiveness implemented_by",
    19: "incident_id analysis_method assigned_to",
    20: "change_title change_type risk_level requested_by incident_id",
    21: "change_id justification requested_by incident_id",
    22: "incident_id metric_type calculated_value_minutes target_minutes",
    23: "incident_id report_type generated_by",
    24: "title content_type category author_id incident_id reviewer_user_id",
    25: "incident_id scheduled_date facilitator_user_id",
    26: "subscription_id severity_level response_time resolution_time availability_target",
    27: "user_id action reference_type reference_id meta",
}
# SOP 1 reads: its inputs are no members of a body.
OF_READS = {
    "entity_type": "the query parameter `entity_type`, or the collection's URL",
    "filters": "query parameters with the names of the fields",
    "requester_id": "the caller; the reads have no such parameter",
}
IN_URL = "`{id}` in the URL"


def inputs_of(number: int) -> Iterator[tuple[str, str]]:
    """The inputs of an SOP: the policy's name, and where a request states it."""
    fields, actors = _fields_of(number)
    for name in INPUTS.get(number, "").split():
        if number == 1:
            yield name, OF_READS[name]
        elif name in actors:
            yield name, f"`{name}`: the caller's own id, never required"
        elif name in fields:
            yield name, f"`{name}`"
        elif name in FIELD_NAMES:
            yield name, " or ".join(f"`{each}`" for each in FIELD_NAMES[name]) or "its contents are fields of the body"
        else:
            yield name, IN_URL


def _fields_of(number: int) -> tuple[set[str], set[str]]:
    """The fields of an SOP's bodies, and those of them that name the caller."""
    shapes = [shape for each in registry if number in each.sop for shape in (each.shapes if each.body else ())]
    fields = {name for shape in shapes for name in shape().fields}
    return fields, {name for shape in shapes for name in getattr(shape, "actor_fields", ())}


def inputs_table(number: int) -> Iterator[str]:
    """The table of an SOP's inputs; nothing for an SOP without any."""
    rows = [f"| `{name}` | {here} |" for name, here in inputs_of(number)]
    if rows:
        yield "\n".join(["| Input of the policy | Here |", "| --- | --- |", *rows]) + "\n"
