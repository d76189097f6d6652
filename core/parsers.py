"""JSON in, by orjson: strict UTF-8, no NaN, no infinities; size and depth are bounded."""

from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.codes import Code
from core.errors import Refusal


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        try:
            content = stream.read(limit + 1)
        except RequestDataTooBig:
            content = b" " * (limit + 1)
        if len(content) > limit:
            raise Refusal(Code.BODY_TOO_LARGE, f"The limit is {limit} bytes.", rule="body_size")
        try:
            data = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not JSON: {error.msg} (character {error.pos}).") from error
        check_depth(data, settings.IMS_JSON_MAX_DEPTH)
        return data


def check_depth(data: Any, limit: int) -> None:
    """Refuse JSON nested deeper than the limit, so that no later reader recurses without bound."""
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
