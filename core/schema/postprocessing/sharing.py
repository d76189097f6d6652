"""Common parts of operations are described once: parameters, headers and refusals become components."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

MIN_OCCURRENCES = 2
Holder = dict[str, Any] | list[Any]
Part = tuple[Holder, Any, str]


def share_parts(result: Any, generator: Any, **options: Any) -> Any:
    """A generator hook, the last one: replaces equal parts by references to one component."""
    actions = [action for item in result["paths"].values() for action in item.values()]
    for kind, parts_of in KINDS:
        _share(kind, [part for action in actions for part in parts_of(action)], result["components"])
    return result


def _share(kind: str, parts: list[Part], components: dict[str, Any]) -> None:
    """Make components of frequent parts. A name belongs to its most frequent meaning; others stay inline."""
    texts = [_text(holder[at]) for holder, at, _ in parts]
    counted = Counter((name, text) for (_, _, name), text in zip(parts, texts, strict=True))
    often = sorted((-count, name, text) for (name, text), count in counted.items() if count >= MIN_OCCURRENCES)
    meaning: dict[str, str] = {}
    for _, name, text in often:
        meaning.setdefault(name, text)
    for (holder, at, name), text in zip(parts, texts, strict=True):
        if meaning.get(name) == text:
            components.setdefault(kind, {})[name] = holder[at]
            holder[at] = {"$ref": f"#/components/{kind}/{name}"}
    components[kind] = dict(sorted(components.get(kind, {}).items()))


def _text(part: Any) -> str:
    return json.dumps(part, sort_keys=True, default=str)


def _parameters(action: dict[str, Any]) -> Iterator[Part]:
    for at, each in enumerate(action.get("parameters", ())):
        yield action["parameters"], at, each["name"]


def _headers(action: dict[str, Any]) -> Iterator[Part]:
    for answer in action["responses"].values():
        for name in answer.get("headers", ()):
            yield answer["headers"], name, name


def _refusals(action: dict[str, Any]) -> Iterator[Part]:
    """The refusals of an action, named by status and codes, which are also the names of their examples."""
    for status, answer in action["responses"].items():
        codes = [code for content in answer["content"].values() for code in content.get("examples", ())]
        if status >= "400":
            yield action["responses"], status, "_".join([status, *codes])


# Headers before the refusals that contain them.
KINDS: tuple[tuple[str, Callable[[dict[str, Any]], Iterator[Part]]], ...] = (
    ("parameters", _parameters),
    ("headers", _headers),
    ("responses", _refusals),
)
