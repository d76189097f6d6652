"""A small description with one of everything that can break, and a way to change one part of it."""

import copy
from typing import Any

SCHEMAS = "components schemas"
LIST, CREATE = "paths /things/ get", "paths /things/ post"
SENT, ANSWERED = f"{SCHEMAS} SentRequest properties", f"{SCHEMAS} Answered properties"
GONE = object()

COLOUR = {"type": "string", "enum": ["red", "blue"]}
REFUSED = {
    "headers": {"Retry-After": {"schema": {"type": "integer"}}},
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
MEMBERS: dict[str, Any] = {
    "name": {"type": "string", "minLength": 2, "maxLength": 20, "pattern": "^[a-z]+$"},
    "colour": {"$ref": "#/components/schemas/ColourEnum"},
    "shade": {"oneOf": [{"$ref": "#/components/schemas/ColourEnum"}, {"type": "null"}]},
    "size": {"type": ["integer", "null"], "minimum": 1, "maximum": 9, "default": 3},
    "weight": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100, "multipleOf": 2},
    "made_at": {"type": "string", "format": "date-time"},
    "agreed": {"type": "boolean", "const": True},
    "phone": {
        "oneOf": [
            {"type": "string", "format": "phone", "minLength": 1, "maxLength": 40},
            {"type": "string", "maxLength": 0},
        ]
    },
    "since": {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]},
    "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 5, "uniqueItems": True},
    "notes": {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1, "maxProperties": 5},
    "data": {"type": "object", "additionalProperties": {}},
    "part": {"allOf": [{"$ref": "#/components/schemas/Part"}], "description": "The main one."},
}
OLD: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1.2.0"},
    "servers": [{"url": "/", "description": "Here"}],
    "paths": {
        "/things/": {
            "get": {
                "operationId": "things_list",
                "summary": "List things",
                "security": [{"token": []}],
                "parameters": [
                    {"$ref": "#/components/parameters/page_size"},
                    {"name": "colour", "in": "query", "schema": dict(COLOUR), "explode": False},
                    {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                        "content": {"application/json": {"schema": {}}, "text/csv": {}},
                    },
                    "404": copy.deepcopy(REFUSED),
                },
            },
            "post": {
                "operationId": "things_create",
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SentRequest"}}}
                },
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answered"}}}},
                    "409": {"$ref": "#/components/responses/409"},
                },
            },
        }
    },
    "components": {
        "securitySchemes": {
            "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "A token."},
        },
        "parameters": {
            "page_size": {"name": "page_size", "in": "query", "schema": {"type": "integer", "maximum": 200}}
        },
        "headers": {"ETag": {"schema": {"type": "string"}, "required": True}},
        "responses": {"409": copy.deepcopy(REFUSED)},
        "schemas": {
            "SentRequest": {
                "type": "object",
                "required": ["name"],
                "properties": copy.deepcopy(MEMBERS),
                "additionalProperties": False,
            },
            "LooseRequest": {"type": "object"},
            "Answered": {"type": "object", "required": ["name", "part"], "properties": copy.deepcopy(MEMBERS)},
            "ColourEnum": COLOUR,
            "Part": {"type": "object", "properties": {"description": {"type": "string"}}},
            "Piece": {"type": "object", "properties": {"description": {"type": "string"}}},
            "Problem": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}},
        },
    },
}


def changed(where: str, value: Any) -> dict[str, Any]:
    """The old description with one part replaced, added or gone."""
    new: dict[str, Any] = copy.deepcopy(OLD)
    part: Any = new
    *names, last = where.split()
    for name in names:
        part = part[int(name)] if isinstance(part, list) else part[name]
    if isinstance(part, list):
        at = int(last)
        part[at : at + 1] = [] if value is GONE else [value]
    elif value is GONE:
        del part[last]
    else:
        part[last] = value
    return new
