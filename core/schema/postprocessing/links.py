"""Links between operations: the operations available on a newly created record, derived from the routes."""

import re
from collections.abc import Iterator
from typing import Any

PARAMETER = re.compile(r"\{(\w+)\}")
MADE_BY = "post"


def link_records(result: Any, generator: Any, **options: Any) -> Any:
    """A generator hook: the response of a creation links to every operation on the new record."""
    for path, item in result["paths"].items():
        links = dict(_links(result["paths"], path)) if MADE_BY in item else {}
        if links:
            for status, answer in item[MADE_BY]["responses"].items():
                answer.update({"links": links} if status < "300" else {})
    return result


def _links(paths: dict[str, Any], collection: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation below one record of a collection; parent ids are those of the creating request."""
    parents = PARAMETER.findall(collection)
    for path, item in paths.items():
        below = PARAMETER.findall(path.removeprefix(collection))
        if not path.startswith(f"{collection}{{") or len(below) != 1:
            continue
        named = {name: f"$request.path.{name}" for name in parents} | {below[0]: "$response.body#/id"}
        for action in item.values():
            yield action["operationId"], {"operationId": action["operationId"], "parameters": named}
