"""`docs/openapi.json`: the description, written so that the same description is always the same text."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from core.renderers import dumps
from ims.docs.views import read_schema

DESCRIPTION = Path(settings.BASE_DIR) / "docs" / "openapi.json"
# What the last release promised; missing before the first one.
RELEASED = DESCRIPTION.with_name("openapi.released.json")
WIDTH = 120


def current() -> dict[str, Any]:
    """The description as it is served."""
    served: dict[str, Any] = json.loads(dumps(read_schema()))
    return served


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def text_of(description: dict[str, Any]) -> str:
    return f"{_lines(description, 0)}\n"


def _lines(value: Any, depth: int) -> str:
    """JSON with what fits on one line on one line: small enough to keep, broken enough to compare."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or depth + len(flat) <= WIDTH:
        return flat
    if isinstance(value, dict):
        inner = [f"{json.dumps(name)}: {_lines(each, depth + 1)}" for name, each in value.items()]
    else:
        inner = [_lines(each, depth + 1) for each in value]
    left, right = "{}" if isinstance(value, dict) else "[]"
    indent = " " * depth
    return f"{left}\n{indent} " + f",\n{indent} ".join(inner) + f"\n{indent}{right}"
