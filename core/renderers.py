"""JSON out, by orjson: times in UTC with Z, decimals as numbers, everything else as text."""

from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _other(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def dumps(data: Any) -> bytes:
    return orjson.dumps(data, default=_other, option=OPTIONS)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"
    format = "problem"
