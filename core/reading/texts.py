"""The rules of text for every field of every body: characters, line endings and blank values.

Secrets (write-only fields) are exempt: they are compared unchanged.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.text.characters import CODE, control_character_in, rejection_message, with_line_feeds
from core.text.folding import is_blank


def read_texts(fields: Any, members: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[ErrorDetail]]]:
    """The normalised members of a body, and the errors of invalid ones, by name.

    A text without visible characters is blank: stored as empty if the field permits it, otherwise an error.
    """
    read, errors = dict(members), {}
    for name in members.keys() & fields.keys():
        field = fields[name]
        if _is_read_elsewhere(field):
            continue
        value = with_line_feeds(members[name])
        if found := control_character_in(value):
            errors[name] = [ErrorDetail(rejection_message(found), CODE)]
        else:
            read[name] = _without_blank(field, value)
    return read, errors


def _is_read_elsewhere(field: Any) -> bool:
    """Whether a field is a secret, or consists of bodies that follow these rules themselves."""
    inner = getattr(field, "child", field)
    return field.write_only or isinstance(inner, serializers.BaseSerializer)


def _without_blank(field: Any, value: Any) -> Any:
    """The value of a text field or a list of them, with blank text as an empty string, which DRF may refuse."""
    if isinstance(value, list):
        child = getattr(field, "child", None)
        return [_without_blank(child, each) for each in value] if child is not None else value
    return "" if isinstance(field, serializers.CharField) and isinstance(value, str) and is_blank(value) else value
