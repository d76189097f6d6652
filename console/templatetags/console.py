"""Tags that the console's templates share."""

from collections.abc import Mapping
from typing import Any

from django import template

from console.acting.labels import field_label, value_label

register = template.Library()


@register.inclusion_tag("console/fields.html")
def fields_of(payload: Any) -> dict[str, Any]:
    """The body of a request as a list of fields."""
    members = payload.items() if isinstance(payload, Mapping) else ()
    return {"fields": [(field_label(str(name)), value_label(value)) for name, value in members]}
