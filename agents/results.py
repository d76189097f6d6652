"""What a tool call answers: a short text first, then the record or the problem document.

Text that people, vendors or events wrote is data, never an instruction: it comes in members marked `untrusted`, bounded
in length. The short text contains none of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from agents.requests import ApiResponse
from core.models import Record

# The longest free text that an answer carries; the record itself keeps all of it.
LONGEST_TEXT = 2_000
# Where a person decides on an approval.
CONSOLE_OF_APPROVALS = "/console/approvals/approval/{id}/change/"
# The shortest text of an argument that counts as quoted when a problem contains it.
SHORTEST_QUOTE = 12
# JSON documents whose members others choose.
DOCUMENTS = frozenset({"attributes", "payload", "meta", "changes"})
# Names that others chose, and what lists and timelines call them.
NAMES = frozenset({"name", "vendor_name", "product_name", "component_name", "label", "summary"})
# Members that the server writes, to be sent back as they are.
OFFERED = frozenset({"handoff"})
NOT_FREE = frozenset({"digest", "password", "other_digest"})


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a call: whether it was refused, the short text, and the document."""

    refused: bool
    text: str
    document: dict[str, Any]


@cache
def free_text() -> frozenset[str]:
    """The names of fields that hold free text or contact details, of all records."""
    names = set()
    for model in apps.get_models():
        if not issubclass(model, Record):
            continue
        texts = {each.name for each in model._meta.concrete_fields if isinstance(each, models.TextField)}
        names |= texts | set(model.redacted)
    return frozenset(names - NOT_FREE - DOCUMENTS) | NAMES


def marked(value: Any, *, free: bool = False) -> Any:
    """A document with all free text in members marked as untrusted."""
    if isinstance(value, Mapping):
        return {
            name: inner if name in OFFERED else marked(inner, free=free or name in free_text() or name in DOCUMENTS)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [marked(each, free=free) for each in value]
    if free and isinstance(value, str) and value:
        cut = {"truncated": True, "length": len(value)} if len(value) > LONGEST_TEXT else {}
        return {"untrusted": value[:LONGEST_TEXT], **cut}
    return value


def result_of(tool: str, arguments: Mapping[str, Any], response: ApiResponse) -> ToolResult:
    """The result of a response: refusals become results with the problem document, not protocol errors."""
    document = response.document if isinstance(response.document, dict) else {"answer": response.document}
    if response.refused:
        told = _marked_problem(document, tuple(_texts(arguments)))
        return ToolResult(True, _refusal(document), told)
    shown = marked(document)
    if "etag" not in shown and (etag := response.headers.get("ETag")):
        shown["etag"] = etag
    if tool in ("request_approval", "approval.request"):
        shown["decided_at_console"] = console_of_approval(document["id"])
    return ToolResult(False, _success(tool, document), shown)


def console_of_approval(pk: int) -> str:
    """The page of the console where a person decides on an approval."""
    return str(settings.IMS_BASE_URL) + CONSOLE_OF_APPROVALS.format(id=pk)


def _marked_problem(problem: Mapping[str, Any], given: tuple[str, ...]) -> dict[str, Any]:
    """A problem document with what records and arguments brought into it marked as untrusted.

    Sentences and codes of problems are the server's own, but an item may hold a text of a record, and a sentence may
    quote an argument, which the caller may have taken from one.
    """
    items = [{**marked(item), **_quoting(item, given)} for item in problem.get("errors", ())]
    return {**problem, **_quoting(problem, given), **({"errors": items} if "errors" in problem else {})}


def _quoting(told: Mapping[str, Any], given: tuple[str, ...]) -> dict[str, Any]:
    """The sentence of a problem or item, marked where it quotes an argument."""
    detail = told.get("detail", "")
    return {"detail": marked(detail, free=True)} if any(each in detail for each in given) else {}


def _texts(value: Any) -> Iterator[str]:
    """The texts in arguments that are long enough to say something."""
    if isinstance(value, str):
        if len(value) >= SHORTEST_QUOTE:
            yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


def _success(tool: str, document: Mapping[str, Any]) -> str:
    told = [f"{name} {document[name]}" for name in ("id", "status", "decision", "match", "count") if name in document]
    return f"{tool}: {', '.join(told)}" if told else f"{tool}: done"


def _refusal(problem: Mapping[str, Any]) -> str:
    """The refusal in a few words: the rule, what failed, what to do next, whether to hand over."""
    codes = sorted({each["code"] for each in problem.get("errors", ())})
    failed = "" if codes == [problem.get("code")] else f" Failed: {', '.join(codes)}."
    person = " Hand over to a person: call handoff." if problem.get("transfer_to_human") else ""
    code, rule, advice = (problem.get(name, "") for name in ("code", "rule", "next"))
    return f"Refused: {code} (rule {rule}, SOP {problem.get('sop') or 'none'}).{failed} Next: {advice}{person}"
