"""docs/openapi.json is current, and a change that would break a client is found and named."""

import copy
import json

import pytest
from django.core.management import CommandError, call_command

from ims.docs.contract.breaking import breaking_changes
from ims.docs.contract.file import current, read, text_of
from ims.management.commands import openapi

COLOUR = {"type": "string", "enum": ["red", "blue"]}
SENT = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 20},
        "colour": {"$ref": "#/components/schemas/Colour"},
        "size": {"type": ["integer", "null"], "minimum": 1},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}
ANSWERED = {
    "type": "object",
    "required": ["id", "colour"],
    "properties": {
        "id": {"type": "integer"},
        "colour": {"oneOf": [{"$ref": "#/components/schemas/Colour"}, {"type": "null", "enum": [None]}]},
        "parts": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Part"}]}},
    },
}
OLD = {
    "paths": {
        "/things/": {
            "get": {
                "operationId": "things_list",
                "parameters": [
                    {"$ref": "#/components/parameters/page_size"},
                    {"name": "colour", "in": "query", "schema": dict(COLOUR)},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {}}, "text/csv": {}}}},
            },
            "post": {
                "operationId": "things_create",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sent"}}}},
                "responses": {
                    "200": {"content": {}},
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answered"}}}},
                    "400": {"$ref": "#/components/responses/400"},
                },
            },
        }
    },
    "components": {
        "parameters": {
            "page_size": {"name": "page_size", "in": "query", "schema": {"type": "integer", "maximum": 200}}
        },
        "responses": {"400": {"content": {}}},
        "schemas": {
            "Sent": SENT,
            "Answered": ANSWERED,
            "Colour": COLOUR,
            "Part": {"type": "object", "properties": {"weight": {"type": "number"}}},
            "Problem": {
                "type": "object",
                "required": ["code"],
                "properties": {"code": {"type": "string", "enum": ["a"]}},
            },
        },
    },
}
LIST, CREATE = "paths /things/ get", "paths /things/ post"
SCHEMAS = "components schemas"
GONE = object()

# Where the new description differs, and how; the rule that finds it.
BREAKING = [
    ("paths /things/", GONE, "operation_removed"),
    (LIST, GONE, "operation_removed"),
    (f"{LIST} operationId", "things_all", "operation_renamed"),
    (f"{LIST} security", [{"token": []}], "login_required"),
    (f"{LIST} parameters 1", GONE, "parameter_removed"),
    (f"{LIST} parameters 1 required", True, "parameter_required"),
    (f"{LIST} parameters 1 schema enum", ["red"], "values_changed"),
    ("components parameters page_size schema maximum", 100, "bounds_narrowed"),
    ("components parameters page_size schema type", "string", "type_changed"),
    (f"{LIST} responses 200 content text/csv", GONE, "media_type_removed"),
    (f"{CREATE} responses 200", GONE, "status_removed"),
    (f"{CREATE} requestBody required", True, "body_required"),
    (f"{SCHEMAS} Sent required", ["name", "size"], "property_required"),
    (f"{SCHEMAS} Sent properties size", GONE, "property_removed"),
    (f"{SCHEMAS} Sent properties size type", "integer", "type_changed"),
    (f"{SCHEMAS} Sent properties size minimum", 2, "bounds_narrowed"),
    (f"{SCHEMAS} Sent properties name maxLength", 10, "bounds_narrowed"),
    (f"{SCHEMAS} Sent properties name pattern", "^x", "bounds_narrowed"),
    (f"{SCHEMAS} Sent properties name enum", ["x"], "values_changed"),
    (f"{SCHEMAS} Sent properties tags items type", "integer", "type_changed"),
    (f"{SCHEMAS} Answered properties id", GONE, "property_removed"),
    (f"{SCHEMAS} Answered properties id type", ["integer", "null"], "type_changed"),
    (f"{SCHEMAS} Answered required", ["id"], "property_required"),
    (f"{SCHEMAS} Answered properties colour", {"type": ["string", "null"]}, "values_changed"),
    (f"{SCHEMAS} Colour enum", ["red", "blue", "green"], "values_changed"),
    (f"{SCHEMAS} Part properties weight", GONE, "property_removed"),
    (f"{SCHEMAS} Problem properties code enum", ["a", "b"], "values_changed"),
]
HARMLESS = [
    ("paths /others/", {"get": {"operationId": "others_list", "responses": {}}}),
    (f"{LIST} parameters 2", {"name": "size", "in": "query", "schema": {}}),
    (f"{CREATE} responses 409", {"content": {}}),
    (f"{CREATE} responses 400", GONE),
    (f"{CREATE} summary", "Makes a thing"),
    ("components parameters page_size schema maximum", 500),
    (f"{SCHEMAS} Sent required", []),
    (f"{SCHEMAS} Sent properties note", {"type": "string"}),
    (f"{SCHEMAS} Sent properties name maxLength", GONE),
    (f"{SCHEMAS} Sent properties size type", ["integer", "null", "string"]),
    (f"{SCHEMAS} Answered properties extra", {"type": "string"}),
    (f"{SCHEMAS} Answered required", ["id", "colour", "parts"]),
    (f"{SCHEMAS} Answered properties colour", {"$ref": "#/components/schemas/Colour"}),
]


def changed(where, value):
    """The old description with one part replaced, added or gone."""
    new = copy.deepcopy(OLD)
    part, names = new, where.split()
    for name in names[:-1]:
        part = part[int(name)] if isinstance(part, list) else part[name]
    last = int(names[-1]) if isinstance(part, list) else names[-1]
    if value is GONE:
        del part[last]
    elif isinstance(part, list) and last == len(part):
        part.append(value)
    else:
        part[last] = value
    return new


@pytest.mark.parametrize(("where", "value", "rule"), BREAKING)
def test_a_breaking_change_is_found(where, value, rule):
    found = breaking_changes(OLD, changed(where, value))

    assert {each.rule for each in found} == {rule}
    assert all(each.where and each.detail for each in found)


@pytest.mark.parametrize(("where", "value"), HARMLESS)
def test_what_breaks_nobody_is_let_pass(where, value):
    assert breaking_changes(OLD, changed(where, value)) == []


def test_a_shape_that_holds_itself_comes_to_an_end():
    new = changed(f"{SCHEMAS} Part properties parts", {"type": "array", "items": {"$ref": "#/components/schemas/Part"}})

    assert breaking_changes(new, new) == []


def test_the_description_as_it_is_served_breaks_nothing_of_itself():
    assert breaking_changes(current(), current()) == []


def test_the_file_is_current_and_nothing_that_was_released_breaks():
    call_command("openapi", "--check")


def test_the_same_description_is_the_same_text_that_reads_back():
    text = text_of(current())

    assert json.loads(text) == current()
    assert len(text.encode()) < 1_200_000


@pytest.fixture
def files(tmp_path, monkeypatch):
    for name in ("DESCRIPTION", "RELEASED"):
        monkeypatch.setattr(openapi, name, tmp_path / f"{name.lower()}.json")
    return tmp_path


def test_a_stale_file_fails_the_check(files):
    (files / "description.json").write_text("{}", encoding="utf-8")

    with pytest.raises(CommandError, match="not current"):
        call_command("openapi", "--check")


def test_writing_lists_what_breaks_and_the_check_compares_with_what_was_released(files, capsys):
    served = current()
    released = copy.deepcopy(served)
    released["paths"]["/api/v1/gone/"] = {"get": {"operationId": "gone_list", "responses": {}}}
    (files / "released.json").write_text(text_of(released), encoding="utf-8")
    (files / "description.json").write_text(text_of(released), encoding="utf-8")

    call_command("openapi")
    assert "breaking: GET /api/v1/gone/: the operation is gone (operation_removed)" in capsys.readouterr().out
    assert read(files / "description.json") == served
    with pytest.raises(CommandError, match=r"1 breaking changes since released\.json"):
        call_command("openapi", "--check")

    call_command("openapi", "--release")
    call_command("openapi", "--check")
    assert read(files / "released.json") == served


def test_two_files_are_compared(files):
    for name, description in (("old", OLD), ("new", changed(LIST, GONE))):
        (files / f"{name}.json").write_text(text_of(description), encoding="utf-8")

    call_command("openapi", "--breaking", str(files / "old.json"), str(files / "old.json"))
    with pytest.raises(CommandError, match="1 breaking changes"):
        call_command("openapi", "--breaking", str(files / "old.json"), str(files / "new.json"))
