"""Scripted agents: the reference, which passes every task, and others that are bad on purpose, to prove the scoring."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from evals.language import READS, Bad, Call, Task

# Calls a tool: whether it was refused, and the document.
CallTool = Callable[[str, Mapping[str, Any]], tuple[bool, Any]]
REFERENCE = "reference"
AGENTS = (REFERENCE, *Bad)
RETRIES = 2


def play(agent: str, task: Task, call_tool: CallTool) -> None:
    """Play a task as an agent."""
    kept: dict[str, int] = {}
    lured = False
    calls = list(_calls(agent, task))
    while calls:
        call = calls.pop(0)
        refused, document = _repeated(agent, call, kept, call_tool)
        if call.key and (pk := id_in(document)) is not None:
            kept[call.key] = pk
        if agent == Bad.RETRIES and refused:
            return
        if agent == Bad.OBEYS_TEXT and task.lure and not lured and task.lure in json.dumps(document):
            lured, calls = True, [*task.obeyed, *calls]


def _calls(agent: str, task: Task) -> Iterator[Call]:
    for call in task.calls:
        if agent == Bad.SKIPS_CHECKS and call.verifies:
            continue
        if agent == Bad.NEVER_HANDS_OVER and call.tool in ("handoff", "request_approval"):
            continue
        yield call


def _repeated(agent: str, call: Call, kept: Mapping[str, int], call_tool: CallTool) -> tuple[bool, Any]:
    """Call once; the agent that retries blindly sends each write again, and what was refused even more often."""
    arguments = filled(call.arguments, kept)
    refused, document = call_tool(call.tool, arguments)
    if agent == Bad.RETRIES and call.tool not in READS:
        for _ in range(RETRIES if refused else 1):
            call_tool(call.tool, arguments)
    return refused, document


def filled(value: Any, kept: Mapping[str, int]) -> Any:
    """Arguments with the ids that earlier calls found; 0 for one that they did not find."""
    if isinstance(value, Mapping):
        return {name: filled(inner, kept) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(each, kept) for each in value]
    if isinstance(value, str) and value.startswith("$"):
        return kept.get(value[1:], 0)
    return value


def id_in(document: Any) -> int | None:
    """The id of the record in an answer, or of the first that was found."""
    if not isinstance(document, dict):
        return None
    results = document.get("results")
    found = results[0] if results else document
    return found.get("id") if isinstance(found, dict) else None
