"""Converts the served description to the one from which the Python client is generated: `description.py SERVED
WRITTEN`.

- A read with `fields` becomes a separate operation, `<operation>_partial`. OpenAPI has one operation for a path and
  method, so its path ends in a fragment, which httpx never sends.
- A free-form JSON object becomes any value: for an object, the generator would create a class that takes no dict.
"""

import json
import sys
from pathlib import Path
from typing import Any

VARIANT, FRAGMENT = "x-ims-partial", "#partial"
READ, DONE, JSON = "get", "200", "application/json"


def for_python(served: dict[str, Any]) -> dict[str, Any]:
    """The served description, adapted to this generator."""
    described: dict[str, Any] = _free(served)
    reads = {path: item[READ] for path, item in described["paths"].items() if VARIANT in item.get(READ, {})}
    for path, read in reads.items():
        described["paths"][f"{path}{FRAGMENT}"] = {READ: _variant(read)}
    return described


def _variant(read: dict[str, Any]) -> dict[str, Any]:
    """A read with `fields` as an operation: the shared parts with its own name, parameter and response."""
    variant = read[VARIANT]
    answer = {**read["responses"][DONE], "content": {JSON: {"schema": variant["schema"]}}}
    return {
        **{name: each for name, each in read.items() if name != VARIANT},
        "operationId": variant["operationId"],
        "parameters": [variant["parameter"], *read.get("parameters", ())],
        "responses": {**read["responses"], DONE: answer},
    }


def _free(part: Any) -> Any:
    """A copy in which free-form JSON objects may be any value."""
    if isinstance(part, list):
        return [_free(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("additionalProperties") == {} and "properties" not in part:
        return {"description": part["description"]} if "description" in part else {}
    return {name: _free(each) for name, each in part.items()}


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(json.dumps(for_python(json.loads(source.read_text(encoding="utf-8")))), encoding="utf-8")
