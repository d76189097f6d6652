"""The files of the contract: the description, its released form, and the accepted breaking changes.

The text of a description is deterministic.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from core.json import dumps
from core.schema.reading import PARTIAL_EXTENSION
from ims.docs.views import read_schema
from tools.contract.shapes import ANNOTATIONS

DESCRIPTION = Path(settings.BASE_DIR) / "docs" / "openapi.json"
# The released contract: the description without its texts.
RELEASED = DESCRIPTION.with_name("openapi.released.json")
# The accepted breaking changes since the release, with their reasons. Missing if there are none.
ACCEPTED = DESCRIPTION.with_name("openapi.accepted.json")
WIDTH = 120
# Keywords for people, and redundant ones.
WORDS = frozenset({*ANNOTATIONS, "summary", "tags", "links"})
HOLDS_NAMES = {"properties", "schemas", "parameters", "headers", "responses", "securitySchemes"}


def current() -> dict[str, Any]:
    """The served description."""
    served: dict[str, Any] = json.loads(dumps(read_schema()))
    return served


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def public_contract(description: dict[str, Any]) -> dict[str, Any]:
    """The parts of a description that are compared: those on which a program can rely."""
    version = description.get("info", {}).get("version", "")
    kept = {name: description[name] for name in ("servers", "security", "paths", "components") if name in description}
    kept["components"] = {name: each for name, each in kept["components"].items() if name != "examples"}
    return {"info": {"version": version}, **_without_annotations(kept)}


def _without_annotations(part: Any, words: frozenset[str] = WORDS) -> Any:
    if isinstance(part, list):
        return [_without_annotations(each) for each in part]
    if not isinstance(part, dict):
        return part
    # The keys of these objects are names: a property may be called "description".
    kept = {name: each for name, each in part.items() if name not in words and not (words and _is_extension(name))}
    return {
        name: _without_annotations(each, frozenset() if name in HOLDS_NAMES else WORDS) for name, each in kept.items()
    }


def _is_extension(name: str) -> bool:
    """Whether this is an extension that clients do not rely on, unlike the variant of an operation."""
    return name.startswith("x-") and name != PARTIAL_EXTENSION


def text_of(description: dict[str, Any]) -> str:
    return f"{_lines(description, 0)}\n"


def _lines(value: Any, depth: int) -> str:
    """JSON with short values on one line: compact, and still readable as a diff."""
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
