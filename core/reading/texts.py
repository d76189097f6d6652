"""The rules of text for every field of every body: characters, line endings and what counts as blank.

Secrets (write-only fields) are no text: they are compared as they were sent.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.text.characters import CODE, control_character_in, rejection_message, with_line_feeds
from core.text.folding import is_blank


def read_texts(fields: Any, members: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[ErrorDetail]]]:
    """The members of a body as their texts are stored, and the errors of those that cannot be, by name.

    A text without visible characters is blank: empty where the field may be, an error elsewhere.
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
    """The value of a text field or of a list of them, nothing in place of blank text; DRF refuses it where due."""
    if isinstance(value, list):
        child = getattr(field, "child", None)
        return [_without_blank(child, each) for each in value] if child is not None else value
    return "" if isinstance(field, serializers.CharField) and isinstance(value, str) and is_blank(value) else value
