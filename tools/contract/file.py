"""The files of the contract: the description, what of it was promised, and the breaks of that promise that are meant.

The same description is always the same text.
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
# What clients may rely on: the description as it was released, without its words.
RELEASED = DESCRIPTION.with_name("openapi.released.json")
# Each break since then that is meant, as it is listed, with the reason. There only while there are any.
ACCEPTED = DESCRIPTION.with_name("openapi.accepted.json")
WIDTH = 120
# What is for people, or follows from the rest.
WORDS = frozenset({*ANNOTATIONS, "summary", "tags", "links"})
HOLDS_NAMES = {"properties", "schemas", "parameters", "headers", "responses", "securitySchemes"}


def current() -> dict[str, Any]:
    """The description as it is served."""
    served: dict[str, Any] = json.loads(dumps(read_schema()))
    return served


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def public_contract(description: dict[str, Any]) -> dict[str, Any]:
    """What of a description a program can rely on: all that is compared, and nothing else."""
    version = description.get("info", {}).get("version", "")
    kept = {name: description[name] for name in ("servers", "security", "paths", "components") if name in description}
    kept["components"] = {name: each for name, each in kept["components"].items() if name != "examples"}
    return {"info": {"version": version}, **_without_annotations(kept)}


def _without_annotations(part: Any, words: frozenset[str] = WORDS) -> Any:
    if isinstance(part, list):
        return [_without_annotations(each) for each in part]
    if not isinstance(part, dict):
        return part
    # The keys of these are names: a member may well be called "description".
    kept = {name: each for name, each in part.items() if name not in words and not (words and _is_extension(name))}
    return {
        name: _without_annotations(each, frozenset() if name in HOLDS_NAMES else WORDS) for name, each in kept.items()
    }


def _is_extension(name: str) -> bool:
    """Whether that is a word for programs. The variant of an operation is one that clients rely on."""
    return name.startswith("x-") and name != PARTIAL_EXTENSION


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
