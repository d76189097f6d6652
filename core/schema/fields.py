"""The project's own input fields in the OpenAPI description."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from core.schema.parameters import ID_SCHEMA


class ReferenceSchema(OpenApiSerializerFieldExtension):
    """A reference is the id of a record."""

    target_class = "core.operations.fields.Reference"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return dict(ID_SCHEMA)


class PhoneSchema(OpenApiSerializerFieldExtension):
    """A telephone number: its rules exceed a pattern, so only the format is declared."""

    target_class = "core.operations.fields.PhoneField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "phone", "minLength": 1}


class EmailSchema(OpenApiSerializerFieldExtension):
    """An e-mail address, whose domain may be spelled in any script."""

    target_class = "rest_framework.serializers.EmailField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        longest = getattr(self.target, "max_length", None)
        bound = {} if longest is None else {"maxLength": longest}
        return {"type": "string", "format": "idn-email", **bound}


class TimeZoneSchema(OpenApiSerializerFieldExtension):
    """The name of a time zone: not an enumeration, because the list is long and changes."""

    target_class = "core.operations.fields.TimeZoneField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "time-zone", "minLength": 1}


class BoundedJSONSchema(OpenApiSerializerFieldExtension):
    """A bounded JSON field is an object with arbitrary members."""

    target_class = "core.operations.fields.BoundedJSONField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {}}
