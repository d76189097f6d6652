"""Tags that the console's templates share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext

from console.clocks import spell_minutes
from console.operations.labels import field_label, value_label

register = template.Library()


@register.inclusion_tag("console/fields.html")
def fields_of(payload: Any) -> dict[str, Any]:
    """The body of a request as a list of fields."""
    members = payload.items() if isinstance(payload, Mapping) else ()
    return {"fields": [(field_label(str(name)), value_label(value)) for name, value in members]}


@register.simple_tag
def moment(value: datetime | str | None) -> Any:
    """A time in the viewer's zone, which is named."""
    if not isinstance(value, datetime):
        return "–"
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{} {}</time>',
        value.isoformat(),
        timezone.get_current_timezone_name(),
        f"{local:%Y-%m-%d %H:%M}",
        local.tzname() or "",
    )


@register.simple_tag
def minutes(value: float | None) -> str:
    """A mean of minutes in words."""
    return "–" if value is None else spell_minutes(round(value))


@register.simple_tag
def new_key() -> str:
    """The key of a form, under which it acts once."""
    return uuid4().hex


@register.filter
def sentence(label: str) -> str:
    """A choice's label as in a sentence: "In Progress" is "In progress"."""
    return gettext(capfirst(str(label).lower()))
