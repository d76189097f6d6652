"""Breaking changes between two OpenAPI descriptions: what a client written for the old one would stumble over."""

from collections.abc import Callable, Iterator
from typing import Any

from ims.docs.contract.shapes import Break, Comparison, Way, resolve

PROBLEM = "Problem"
REFUSED = "400"
Description = dict[str, Any]
Action = dict[str, Any]


def breaking_changes(old: Description, new: Description) -> list[Break]:
    """Every breaking change, in the order of the old description."""
    comparison, found = Comparison(old, new), []
    after = dict(_actions(new))
    for where, action in _actions(old):
        if where not in after:
            found.append(Break("operation_removed", where, "the operation is gone"))
            continue
        for check in RULES.values():
            found.extend(check(comparison, action, after[where], where))
    found.extend(_refusals(comparison))
    return list(dict.fromkeys(found))


def _actions(description: Description) -> Iterator[tuple[str, Action]]:
    for path, item in description["paths"].items():
        yield from ((f"{method.upper()} {path}", action) for method, action in item.items() if "responses" in action)


def _renamed(both: Comparison, old: Action, new: Action, where: str) -> Iterator[Break]:
    if old.get("operationId") != new.get("operationId"):
        detail = f"{old.get('operationId')} is called {new.get('operationId')}"
        yield Break("operation_renamed", where, detail)


def _login(both: Comparison, old: Action, new: Action, where: str) -> Iterator[Break]:
    if new.get("security") and not old.get("security"):
        yield Break("login_required", where, "a login is needed")


def _parameters(both: Comparison, old: Action, new: Action, where: str) -> Iterator[Break]:
    before, after = _named(old, both.old), _named(new, both.new)
    for key in sorted(before.keys() - after.keys()):
        yield Break("parameter_removed", where, f"{key[1]} is gone")
    for key, each in after.items():
        if each.get("required") and not before.get(key, {}).get("required"):
            yield Break("parameter_required", where, f"{key[1]} must be given")
        if key in before:
            yield from both.shapes(before[key]["schema"], each["schema"], Way.SENT, f"{where} {key[1]}")


def _named(action: Action, document: Description) -> dict[tuple[str, str], Any]:
    resolved = (resolve(each, document) for each in action.get("parameters", ()))
    return {(each["in"], each["name"]): each for each in resolved}


def _bodies(both: Comparison, old: Action, new: Action, where: str) -> Iterator[Break]:
    before, after = (each.get("requestBody", {}) for each in (old, new))
    if after.get("required") and not before.get("required"):
        yield Break("body_required", where, "a body must be sent")
    yield from _contents(both, before.get("content", {}), after.get("content", {}), Way.SENT, f"{where} body")


def _refusals(both: Comparison) -> Iterator[Break]:
    """Every refusal has the one shape, which is compared once."""
    before, after = (each["components"].get("schemas", {}).get(PROBLEM) for each in (both.old, both.new))
    if before and after:
        yield from both.shapes(before, after, Way.ANSWERED, "every refusal")


def _answers(both: Comparison, old: Action, new: Action, where: str) -> Iterator[Break]:
    for status in (each for each in old["responses"] if each < REFUSED):
        if status not in new["responses"]:
            yield Break("status_removed", where, f"{status} is no longer answered")
            continue
        before, after = (resolve(each["responses"][status], at) for each, at in ((old, both.old), (new, both.new)))
        contents = before.get("content", {}), after.get("content", {})
        yield from _contents(both, *contents, Way.ANSWERED, f"{where} {status}")


def _contents(both: Comparison, old: Any, new: Any, way: Way, where: str) -> Iterator[Break]:
    for media_type in old:
        if media_type in new:
            yield from both.shapes(old[media_type].get("schema", {}), new[media_type].get("schema", {}), way, where)
        else:
            yield Break("media_type_removed", where, f"{media_type} is gone")


RULES: dict[str, Callable[[Comparison, Action, Action, str], Iterator[Break]]] = {
    "name": _renamed,
    "login": _login,
    "parameters": _parameters,
    "body": _bodies,
    "answers": _answers,
}
