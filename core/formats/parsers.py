"""JSON parsing with orjson: strict UTF-8, no NaN, no infinities, bounded depth. The size is checked before reading."""

from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not valid JSON: {error.msg} (character {error.pos}).") from error
        check_depth(data, settings.IMS_JSON_MAX_DEPTH)
        return data


def check_depth(data: Any, limit: int) -> None:
    """Refuse JSON nested deeper than the limit, so that recursive code is safe."""
    level = [data]
    for _ in range(limit):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return
    raise ParseError(f"The body is nested deeper than {limit} levels.")


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
