"""The house's own input fields in the description."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from core.schema.parameters import ID_SCHEMA


class ReferenceSchema(OpenApiSerializerFieldExtension):
    """A reference is the id of a record."""

    target_class = "core.inputs.Reference"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(ID_SCHEMA)


class BoundedJSONSchema(OpenApiSerializerFieldExtension):
    """A bounded JSON field is an object of any members."""

    target_class = "core.inputs.BoundedJSONField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {}}
