"""Each rule of breaking changes finds the smallest change that breaks, and lets the opposite one pass."""

from typing import Any

import pytest

from tests.ims.described_things import ANSWERED, CREATE, GONE, LIST, OLD, SCHEMAS, SENT, changed
from tools.contract.breaking import breaking_changes
from tools.contract.file import current, public_contract
from tools.contract.rules import RULES
from tools.contract.shapes import ANNOTATIONS, BOUNDS, READ

BEARER = {"type": "http", "scheme": "bearer"}
TIME = {"type": "string", "format": "date-time"}
PART, PIECE = "#/components/schemas/Part", "#/components/schemas/Piece"
BODY = f"{CREATE} requestBody content application/json schema $ref"
COLOURS = {"type": "string", "enum": ["red", "blue", "green"]}

# The rule that finds it; where the new description differs, and how.
BREAKING: list[tuple[str, str, Any]] = [
    ("operation_removed", "paths /things/", GONE),
    ("operation_removed", LIST, GONE),
    ("operation_renamed", f"{LIST} operationId", "things_all"),
    ("schema_renamed", f"{ANSWERED} part allOf", [{"$ref": PIECE}]),
    ("server_removed", "servers 0 url", "/v2/"),
    ("scheme_changed", "components securitySchemes token name", "X-Token"),
    ("scheme_changed", "components securitySchemes token", BEARER),
    ("scheme_changed", "components securitySchemes token", GONE),
    ("login_required", f"{CREATE} security", [{"token": []}]),
    ("login_required", "security", [{"token": []}]),
    ("login_changed", f"{LIST} security", [{"bearer": []}]),
    ("login_changed", f"{LIST} security", [{"token": [], "device": []}]),
    ("login_changed", f"{LIST} security", [{"token": ["write"]}]),
    ("parameter_removed", f"{LIST} parameters 1", GONE),
    ("parameter_required", f"{LIST} parameters 1 required", True),
    ("parameter_required", f"{LIST} parameters 3", {"name": "b", "in": "query", "required": True, "schema": {}}),
    ("parameter_written", f"{LIST} parameters 1 explode", True),
    ("parameter_written", f"{LIST} parameters 1 style", "pipeDelimited"),
    ("values_changed", f"{LIST} parameters 1 schema enum", ["red"]),
    ("bounds_changed", "components parameters page_size schema maximum", 100),
    ("type_changed", "components parameters page_size schema type", "string"),
    ("body_required", f"{CREATE} requestBody required", True),
    ("success_changed", f"{CREATE} responses", {"200": {}, "409": {"$ref": "#/components/responses/409"}}),
    ("success_changed", f"{CREATE} responses 202", {"content": {}}),
    ("refusal_removed", f"{LIST} responses 404", GONE),
    ("refusal_removed", f"{CREATE} responses 409", GONE),
    ("header_removed", f"{LIST} responses 200 headers ETag", GONE),
    ("header_removed", f"{LIST} responses 404 headers", {}),
    ("header_removed", "components responses 409 headers Retry-After", GONE),
    ("header_removed", "components headers ETag required", False),
    ("type_changed", "components headers ETag schema type", ["string", "null"]),
    ("media_type_removed", f"{LIST} responses 200 content text/csv", GONE),
    ("media_type_removed", f"{LIST} responses 404 content", {}),
    ("media_type_removed", f"{CREATE} requestBody content", {"text/csv": {}}),
    # Requests must not become stricter.
    ("type_changed", f"{SENT} size type", "integer"),
    ("type_changed", f"{SENT} shade", {"$ref": "#/components/schemas/ColourEnum"}),
    ("type_changed", f"{SENT} weight type", "integer"),
    ("type_changed", f"{SENT} data additionalProperties", {"type": "string"}),
    ("type_changed", f"{SENT} tags items type", "integer"),
    ("type_changed", f"{SENT} notes additionalProperties type", "integer"),
    ("format_changed", f"{SENT} made_at format", "date"),
    ("format_changed", f"{SENT} name format", "email"),
    ("format_changed", f"{SENT} since", TIME),
    ("format_changed", f"{SENT} phone oneOf 0 format", "email"),
    ("format_changed", f"{SENT} size format", "int32"),
    ("values_changed", f"{SENT} name enum", ["abc"]),
    ("bounds_changed", f"{SENT} name minLength", 3),
    ("bounds_changed", f"{SENT} name maxLength", 19),
    ("bounds_changed", f"{SENT} name pattern", "^[a-f]+$"),
    ("bounds_changed", f"{SENT} made_at pattern", "Z$"),
    ("bounds_changed", f"{SENT} phone oneOf 0 maxLength", 30),
    ("bounds_changed", f"{SENT} phone oneOf 1", GONE),
    ("bounds_changed", f"{SENT} size minimum", 2),
    ("bounds_changed", f"{SENT} size maximum", 8),
    ("bounds_changed", f"{SENT} size exclusiveMaximum", 9),
    ("bounds_changed", f"{SENT} size multipleOf", 2),
    ("bounds_changed", f"{SENT} weight exclusiveMinimum", 1),
    ("bounds_changed", f"{SENT} weight exclusiveMaximum", 99),
    ("bounds_changed", f"{SENT} weight multipleOf", 4),
    ("bounds_changed", f"{SENT} tags minItems", 2),
    ("bounds_changed", f"{SENT} tags maxItems", 4),
    ("bounds_changed", f"{SENT} notes minProperties", 2),
    ("bounds_changed", f"{SENT} notes maxProperties", 4),
    ("bounds_changed", f"{SENT} data minProperties", 1),
    ("property_removed", f"{SENT} size", GONE),
    ("property_required", f"{SCHEMAS} SentRequest required", ["name", "size"]),
    ("members_closed", f"{SENT} part additionalProperties", False),
    ("members_closed", f"{SENT} notes additionalProperties", False),
    ("default_changed", f"{SENT} size default", 4),
    # Responses must not become wider.
    ("type_changed", f"{ANSWERED} name type", ["string", "null"]),
    ("type_changed", f"{ANSWERED} colour", {"oneOf": [{"$ref": "#/components/schemas/ColourEnum"}, {"type": "null"}]}),
    ("type_changed", f"{ANSWERED} size type", ["number", "null"]),
    ("type_changed", f"{ANSWERED} tags items", {}),
    ("type_changed", f"{ANSWERED} tags items", GONE),
    ("type_changed", f"{ANSWERED} notes additionalProperties", True),
    ("type_changed", f"{ANSWERED} notes additionalProperties", GONE),
    ("format_changed", f"{ANSWERED} made_at format", "date"),
    ("format_changed", f"{ANSWERED} made_at format", GONE),
    ("values_changed", f"{ANSWERED} agreed const", GONE),
    ("values_changed", f"{ANSWERED} colour", COLOURS),
    ("values_changed", f"{ANSWERED} colour", {"type": "string"}),
    ("values_changed", f"{ANSWERED} shade oneOf 0", {"type": "string"}),
    ("values_changed", f"{SCHEMAS} ColourEnum enum", ["red", "blue", "green"]),
    ("bounds_changed", f"{ANSWERED} name maxLength", 21),
    ("bounds_changed", f"{ANSWERED} size minimum", GONE),
    ("bounds_changed", f"{ANSWERED} weight exclusiveMaximum", 101),
    ("bounds_changed", f"{ANSWERED} weight multipleOf", 1),
    ("bounds_changed", f"{ANSWERED} tags uniqueItems", False),
    ("property_removed", f"{ANSWERED} size", GONE),
    ("property_required", f"{SCHEMAS} Answered required", ["name"]),
    ("members_closed", f"{ANSWERED} notes additionalProperties", False),
    ("members_closed", f"{ANSWERED} data additionalProperties", False),
    # Refusals are answers like any other.
    ("type_changed", f"{SCHEMAS} Problem properties code type", ["string", "null"]),
    ("property_required", f"{SCHEMAS} Problem required", []),
]
HARMLESS: list[tuple[str, Any]] = [
    ("paths /others/", {"get": {"operationId": "others_list", "responses": {}}}),
    ("info version", "1.3.0"),
    ("servers 1", {"url": "/v2/"}),
    ("components securitySchemes token description", "Another text."),
    ("components securitySchemes bearer", BEARER),
    (f"{LIST} summary", "Lists things"),
    (f"{LIST} security", []),
    (f"{LIST} security", [{"token": []}, {"bearer": []}]),
    (f"{LIST} deprecated", True),
    (f"{LIST} parameters 3", {"name": "size", "in": "query", "schema": {}}),
    (f"{LIST} parameters 2 required", False),
    (f"{LIST} parameters 1 style", "form"),
    ("components parameters page_size schema maximum", 500),
    (f"{LIST} responses 409", {"content": {}}),
    (f"{LIST} responses 404 headers X", {"schema": {}}),
    (f"{CREATE} responses 201 headers", {"Location": {"schema": {"type": "string"}}}),
    (f"{CREATE} requestBody required", False),
    (f"{CREATE} requestBody content text/csv", {}),
    (f"{CREATE} responses 201 content text/csv", {}),
    # Requests may become wider.
    (f"{SENT} size type", ["integer", "null", "string"]),
    (f"{SENT} size type", ["number", "null"]),
    (f"{SENT} colour", {"oneOf": [{"$ref": "#/components/schemas/ColourEnum"}, {"type": "null"}]}),
    (f"{SENT} colour", COLOURS),
    (f"{SENT} colour", {"type": "string"}),
    (f"{SENT} agreed const", GONE),
    (f"{SENT} made_at format", GONE),
    (f"{SENT} made_at", {"oneOf": [TIME, {"type": "string", "format": "date"}]}),
    (f"{SENT} size format", "int64"),
    (f"{SENT} name minLength", 1),
    (f"{SENT} name maxLength", GONE),
    (f"{SENT} name pattern", GONE),
    (f"{SENT} made_at minLength", 0),
    (f"{SENT} weight exclusiveMinimum", -1),
    (f"{SENT} weight exclusiveMaximum", 101),
    (f"{SENT} weight multipleOf", 1),
    (f"{SENT} tags items", {}),
    (f"{SENT} tags uniqueItems", False),
    (f"{SENT} tags maxItems", 6),
    (f"{SENT} notes maxProperties", 6),
    (f"{SENT} notes additionalProperties", {}),
    (f"{SENT} notes additionalProperties", GONE),
    (f"{SENT} note", {"type": "string"}),
    (f"{SENT} size default", GONE),
    (f"{SENT} name default", "abc"),
    (f"{SCHEMAS} SentRequest required", []),
    (f"{SCHEMAS} SentRequest additionalProperties", GONE),
    # Responses may become stricter.
    (f"{ANSWERED} size type", "integer"),
    (f"{ANSWERED} weight type", "integer"),
    (f"{ANSWERED} shade", {"$ref": "#/components/schemas/ColourEnum"}),
    (f"{ANSWERED} colour", {"type": "string", "enum": ["red"]}),
    (f"{ANSWERED} name enum", ["abc"]),
    (f"{ANSWERED} name format", "email"),
    (f"{ANSWERED} since", TIME),
    (f"{ANSWERED} name maxLength", 19),
    (f"{ANSWERED} size minimum", 2),
    (f"{ANSWERED} weight multipleOf", 4),
    (f"{ANSWERED} size default", 4),
    (f"{ANSWERED} extra", {"type": "string"}),
    (f"{ANSWERED} data additionalProperties", GONE),
    (f"{ANSWERED} data additionalProperties", {"type": "string"}),
    (f"{ANSWERED} part additionalProperties", False),
    (f"{ANSWERED} part", {"$ref": PART}),
    (f"{SCHEMAS} Answered additionalProperties", False),
    (f"{SCHEMAS} Answered required", ["name", "part", "size"]),
    (f"{SCHEMAS} Answered description", "A thing."),
    (f"{SCHEMAS} LooseRequest", GONE),
]


def rules_that_find(old, new):
    return {each.rule for each in breaking_changes(old, new)}


@pytest.mark.parametrize(("rule", "where", "value"), BREAKING)
def test_a_breaking_change_is_found_by_exactly_its_rule(rule, where, value):
    found = breaking_changes(OLD, changed(where, value))

    assert {each.rule for each in found} == {rule}
    assert all(each.where and each.detail for each in found)


@pytest.mark.parametrize(("where", "value"), HARMLESS)
def test_compatible_changes_pass(where, value):
    assert breaking_changes(OLD, changed(where, value)) == []


@pytest.mark.parametrize(("rule", "where", "value"), BREAKING)
def test_the_released_contract_contains_all_compared_keywords(rule, where, value):
    assert rules_that_find(public_contract(OLD), changed(where, value)) == {rule}
    assert rules_that_find(OLD, public_contract(changed(where, value))) == {rule}


def test_every_rule_has_a_change_that_breaks_it():
    assert {rule for rule, _, _ in BREAKING} == set(RULES)


def test_a_body_that_took_anything_must_not_be_closed():
    loose = changed(BODY, "#/components/schemas/LooseRequest")
    closed = changed(BODY, "#/components/schemas/LooseRequest")
    closed["components"]["schemas"]["LooseRequest"]["additionalProperties"] = False

    assert rules_that_find(loose, closed) == {"members_closed"}
    assert rules_that_find(closed, loose) == set()


def test_items_that_must_differ_break_a_body():
    loose = changed(f"{SENT} tags uniqueItems", False)

    assert rules_that_find(loose, OLD) == {"bounds_changed"}


def test_the_stricter_of_two_alternatives_is_not_a_bound():
    """A value that one alternative rejects may be valid for another."""
    old = changed(f"{SENT} name", {"oneOf": [{"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}]})
    for longest, found in ((9, set()), (8, {"bounds_changed"})):
        assert rules_that_find(old, changed(f"{SENT} name", {"type": "string", "maxLength": longest})) == found


def test_alternatives_that_are_records_are_one_record_of_all_their_members():
    both = {"oneOf": [{"$ref": PART}, {"type": "object", "properties": {"size": {"type": "integer"}}}]}
    old, part = changed(f"{ANSWERED} part", both), changed(f"{ANSWERED} part", {"$ref": PART})

    assert rules_that_find(old, part) == {"property_removed"}
    assert rules_that_find(old, old) == set()


def test_a_component_is_reported_once_for_each_direction():
    found = breaking_changes(OLD, changed(f"{SCHEMAS} ColourEnum enum", ["blue", "green"]))

    assert [str(each) for each in found] == [
        'ColourEnum, sent: values no longer accepted: "red" (values_changed)',
        'ColourEnum, answered: values that are new: "green" (values_changed)',
    ]


def test_a_shape_that_holds_itself_comes_to_an_end():
    for held in ({"$ref": PART}, {"oneOf": [{"$ref": PART}, {"$ref": PIECE}]}):
        new = changed(f"{SCHEMAS} Part properties parts", {"type": "array", "items": held})
        assert breaking_changes(new, new) == []


def test_the_served_description_is_compatible_with_itself():
    assert breaking_changes(current(), current()) == []
    assert breaking_changes(public_contract(current()), current()) == []
    assert breaking_changes(current(), public_contract(current())) == []


def keywords(schema):
    """Every keyword of a schema and its nested schemas."""
    yield from schema
    held = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for each in (*held, *(each for name in ("oneOf", "anyOf", "allOf") for each in schema.get(name, ()))):
        yield from keywords(each) if isinstance(each, dict) else ()


def test_no_keyword_of_the_description_is_overlooked():
    schemas = current()["components"]["schemas"].values()

    assert {word for schema in schemas for word in keywords(schema)} <= {*READ, *BOUNDS, *ANNOTATIONS}
