"""The input of the Python client's generator: the served description, adapted to its limitations."""

import copy
from typing import Any

import pytest
from description import for_python

WHOLE, PART = {"schema": {"$ref": "#/whole"}}, {"schema": {"$ref": "#/part"}}
READ: dict[str, Any] = {
    "operationId": "things_list",
    "parameters": [{"name": "status", "in": "query", "schema": {"type": "string"}}],
    "responses": {
        "200": {
            "description": "Done.",
            "content": {"application/json": WHOLE, "text/csv": {}},
        },
        "400": {"description": "Refused."},
    },
    "x-ims-partial": {
        "operationId": "things_list_partial",
        "parameter": {"name": "fields", "in": "query", "required": True},
        **PART,
    },
}
SERVED: dict[str, Any] = {"paths": {"/things/": {"get": READ, "post": {"operationId": "things_create"}}}}


def test_a_read_with_fields_becomes_an_operation() -> None:
    served = copy.deepcopy(SERVED)
    described = for_python(served)["paths"]

    assert set(described) == {"/things/", "/things/#partial"}
    assert described["/things/"] == SERVED["paths"]["/things/"]
    partial = described["/things/#partial"]["get"]
    assert partial["operationId"] == "things_list_partial"
    assert [each["name"] for each in partial["parameters"]] == ["fields", "status"]
    assert partial["responses"]["200"]["content"] == {"application/json": PART}
    assert partial["responses"]["400"] == {"description": "Refused."}
    assert served == SERVED


@pytest.mark.parametrize(
    ("schema", "becomes"),
    [
        ({"type": "object", "additionalProperties": {}}, {}),
        ({"type": ["object", "null"], "additionalProperties": {}, "description": "Facts."}, {"description": "Facts."}),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, None),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": {}}, None),
    ],
)
def test_a_free_object_may_be_anything(schema: dict[str, Any], becomes: dict[str, Any] | None) -> None:
    described = for_python({"paths": {}, "components": {"schemas": {"Free": schema}}})

    assert described["components"]["schemas"]["Free"] == (schema if becomes is None else becomes)
