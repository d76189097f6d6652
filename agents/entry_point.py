"""The entry point without its transport: which tools a token lists, and what a call answers. No `mcp` import."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from agents.outputs import exact, exact_of_records
from agents.remedies import with_remedy
from agents.requests import ApiRequest, ApiResponse, Caller, send
from agents.results import ToolResult, marked, result_of
from agents.tools import ToolSpec, always, find_tool, tool_of
from agents.toolsets import MOST_TOOLS, grant_of_role, listed
from core.codes import Code
from core.errors import Refusal
from core.http.problems import problem

POLICY = re.compile(r"ims://policy/sop/([0-9]{1,2})\Z")
INCIDENT = re.compile(r"ims://incidents/([0-9]{1,19})/brief\Z")
SCHEMA = re.compile(r"ims://schemas/([a-z_.]{1,64})\Z")
LATEST = 10
# The longest id of a call that an audit entry keeps.
LONGEST_CALL = 64


@dataclass(frozen=True, slots=True)
class UnknownResource(Exception):  # noqa: N818 - an answer, not an error
    """No resource has this URI."""

    uri: str


def list_tools(caller: Caller, toolset: str = "") -> list[ToolSpec]:
    """The tools of a token: those of every agent, and one for each operation that it grants. Raises PermissionError."""
    me = send(caller, ApiRequest("GET", "me/"))
    if me.refused:
        raise PermissionError(str(me.document.get("detail", "")))
    grant = me.document["grant"]
    usable = set(grant_of_role(me.document["role"]))
    named = usable if grant is None else usable & set(grant["operations"])
    first = always()
    return [*first, *map(tool_of, listed(named, toolset, MOST_TOOLS - len(first)))]


def call_tool(caller: Caller, name: str, arguments: Mapping[str, Any] | None, call_id: str = "") -> ToolResult:
    """Call a tool: one request of the API, with everything that the API decides. Refusals are results."""
    given = dict(arguments or {})
    spec = find_tool(name)
    if spec is None:
        me = send(caller, ApiRequest("GET", "me/"))
        return result_of("unknown", {}, me) if me.refused else _unknown(name)
    request, tool_call = spec.request(given), f"{spec.name} {call_id}".strip()[:LONGEST_CALL]
    response = send(caller, request, tool_call=tool_call)
    if spec.name == "policy" and not response.refused:
        response = _of_sop(response, given.get("sop"))
    return with_remedy(result_of(spec.name, given, response), caller, request, given.get("id"), tool_call)


def _unknown(name: str) -> ToolResult:
    refusal = Refusal(Code.NOT_FOUND, "There is no such tool.", rule="known_tool", next="Call a tool of tools/list.")
    return result_of("unknown", {}, ApiResponse(refusal.meaning.status, problem(refusal), {}))


def _of_sop(response: ApiResponse, sop: Any) -> ApiResponse:
    """The operations of one SOP; 0 stands for those of none."""
    every = response.document["operations"]
    found = [each for each in every if sop in each["sop"] or (sop == 0 and not each["sop"])]
    return replace(response, document={"sop": sop, "operations": found})


def read_resource(caller: Caller, uri: str) -> str:
    """The text of a resource, as JSON. Raises UnknownResource and PermissionError."""
    if found := POLICY.match(uri):
        response = send(caller, ApiRequest("GET", "policy/"), tool_call="resource policy")
        document = response.document if response.refused else _of_sop(response, int(found[1])).document
    elif found := INCIDENT.match(uri):
        document = _brief(caller, found[1])
    elif (found := SCHEMA.match(uri)) and (schema := exact_of_records(found[1]) or _exact_of(find_tool(found[1]))):
        document = schema
    else:
        raise UnknownResource(uri)
    if document.get("status") in (401, 403) and "code" in document:
        raise PermissionError(document["detail"])
    return orjson.dumps(document).decode()


def _exact_of(spec: ToolSpec | None) -> dict[str, Any] | None:
    return None if spec is None else exact(spec.endpoints)


def _brief(caller: Caller, pk: str) -> dict[str, Any]:
    """An incident in one read: its record, clocks, readiness and latest entries of the timeline."""

    def part(view: str) -> ApiResponse:
        return send(caller, ApiRequest("GET", f"incidents/{pk}/{view}"), tool_call="resource incident brief")

    record = part("")
    if record.refused:
        if record.status == Refusal(Code.NOT_FOUND).meaning.status:
            raise UnknownResource(f"ims://incidents/{pk}/brief")
        return dict(record.document)
    brief = {"incident": marked(record.document)}
    for view in ("sla", "readiness", "timeline"):
        found = part(f"{view}/")
        if not found.refused:
            brief[view] = marked(found.document)
    timeline = brief.get("timeline")
    entries = timeline.get("results") if isinstance(timeline, dict) else timeline
    if isinstance(entries, list):
        brief["timeline"] = entries[-LATEST:]
    return brief
