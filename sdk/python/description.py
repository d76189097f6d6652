"""Makes the description that the Python client is generated from: `description.py SERVED WRITTEN`.

- A read with `fields` becomes an operation of its own, `<operation>_partial`. OpenAPI has one operation for a path and
  method, so its path ends in a fragment, which httpx never sends.
- A free JSON object becomes any value: as an object the generator would make a class of it, which takes no dict.
"""

import json
import sys
from pathlib import Path
from typing import Any

VARIANT, FRAGMENT = "x-ims-partial", "#partial"
READ, DONE, JSON = "get", "200", "application/json"


def for_python(served: dict[str, Any]) -> dict[str, Any]:
    """The description as served, with what this generator needs said in another way."""
    described: dict[str, Any] = _free(served)
    reads = {path: item[READ] for path, item in described["paths"].items() if VARIANT in item.get(READ, {})}
    for path, read in reads.items():
        described["paths"][f"{path}{FRAGMENT}"] = {READ: _variant(read)}
    return described


def _variant(read: dict[str, Any]) -> dict[str, Any]:
    """A read with `fields` as an operation: what is common, with the name, the parameter and the answer of its own."""
    told = read[VARIANT]
    answer = {**read["responses"][DONE], "content": {JSON: {"schema": told["schema"]}}}
    return {
        **{name: each for name, each in read.items() if name != VARIANT},
        "operationId": told["operationId"],
        "parameters": [told["parameter"], *read.get("parameters", ())],
        "responses": {**read["responses"], DONE: answer},
    }


def _free(part: Any) -> Any:
    """A copy in which free JSON objects may be anything."""
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
