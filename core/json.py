"""JSON rendering with orjson: times in UTC with Z, decimals as numbers, everything else as text. Tables are already
formatted.
"""

from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _other(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def dumps(data: Any, *, sort_keys: bool = False) -> bytes:
    return orjson.dumps(data, default=_other, option=OPTIONS | orjson.OPT_SORT_KEYS if sort_keys else OPTIONS)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"
    format = "problem"


class TableRenderer(JSONRenderer):
    """Returns an already formatted table unchanged; a refusal as a problem document."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data.encode() if isinstance(data, str) else super().render(data, accepted_media_type, renderer_context)
