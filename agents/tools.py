"""Tools, generated from the registry: each stands for one request of the API. No `mcp` import: plain data."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from agents.description import Schema, addresses, body_schema, discoverable
from agents.requests import HEADERS, ApiRequest
from core.operations.refusals import codes_of
from core.operations.registry import Operation, registry
from core.verbs import Verb

Arguments = Mapping[str, Any]
OBJECT = "object"
# Codes that every operation has; a description lists the others.
USUAL = frozenset(
    [
        "not_authenticated",
        "token_expired",
        "user_inactive",
        "throttled",
        "not_acceptable",
        "audit_trail_failure",
        "internal_error",
        "database_unavailable",
        "unknown_field",
        "malformed_body",
        "body_too_large",
        "unsupported_media_type",
        "validation_error",
        "not_found",
        "idempotency_conflict",
        "operation_not_granted",
        "cap_reached",
        "role_not_permitted",
        "second_factor_required",
        "stale_version",
        "invalid_reference",
    ]
)
# Explained once, in the instructions of the server.
KEY: Schema = {"type": "string"}
MATCH: Schema = {"type": "string"}
APPROVAL: Schema = {"type": "integer"}
ID: Schema = {"type": "integer", "minimum": 0}


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool: its name, description and schema, true annotations, and the request that a call stands for."""

    name: str
    description: str
    input_schema: Schema
    request: Callable[[Arguments], ApiRequest]
    # The endpoints whose answers a call returns.
    endpoints: tuple[str, ...] = ()
    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False


def schema(required: Iterable[str] = (), **properties: Schema) -> Schema:
    return {
        "type": OBJECT,
        "properties": properties,
        **({"required": list(required)} if required else {}),
        "additionalProperties": False,
    }


@cache
def tool_of(operation: Operation) -> ToolSpec:
    """The tool of an operation that writes."""
    endpoint = operation.endpoints[0]
    method = endpoint.partition(" ")[0]
    return ToolSpec(
        operation.name,
        _described(operation),
        _input_of(operation),
        partial(_request_of, operation),
        tuple(operation.endpoints),
        destructive=operation.verb not in (Verb.CREATE, Verb.TOOL_USE, Verb.NOTIFY),
        idempotent=method in ("PATCH", "PUT", "DELETE"),
        read_only=operation.name == "incident.classify",
    )


def _described(operation: Operation) -> str:
    """Purpose, SOP, who may, preconditions and codes, in a few words; never text that a user wrote."""
    sops = f" SOP {', '.join(map(str, operation.sop))}." if operation.sop else ""
    roles = f" Roles: {', '.join(operation.permitted_roles)}." if operation.roles is not None else ""
    condition = f" Condition: {operation.condition}." if operation.condition else ""
    elevated = f" Approval: {operation.elevated.text}." if operation.elevated else ""
    person = f" In person: {operation.in_person.text}." if operation.in_person and operation.in_person.refuses else ""
    codes = [str(code) for code in codes_of(operation) if str(code) not in USUAL]
    told = f" Codes: {', '.join(codes)}." if codes else ""
    return f"{operation.purpose.split('. ')[0].removesuffix('.')}.{sops}{roles}{condition}{elevated}{person}{told}"


def _parameters(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _input_of(operation: Operation) -> Schema:
    """The body's members beside the target's id and what is sent as headers."""
    bodies = [body_schema(*each.split(" ", 1)) for each in operation.endpoints]
    properties = {name: value for body in bodies for name, value in body.get("properties", {}).items()}
    required = set.intersection(*(set(body.get("required", ())) for body in bodies))
    named = _parameters(operation.endpoints[0].partition(" ")[2])
    extra: dict[str, Schema] = {}
    if operation.repeatable:
        extra["idempotency_key"] = KEY
    if operation.target:
        extra["if_match"] = MATCH
    if operation.elevated:
        extra["approval_id"] = APPROVAL
    return schema([*named, *sorted(required)], **dict.fromkeys(named, ID), **properties, **extra)


def _request_of(operation: Operation, arguments: Arguments) -> ApiRequest:
    """The request of a call. What does not fit is sent as it is: the API refuses it, with its reason."""
    method, path = _endpoint(operation, arguments).split(" ", 1)
    headers = {header: str(arguments[name]) for name, header in HEADERS.items() if arguments.get(name) is not None}
    named = _parameters(path)
    for name in named:
        path = path.replace(f"{{{name}}}", _number(arguments.get(name)))
    body = {name: value for name, value in arguments.items() if name not in (*named, *HEADERS)}
    return ApiRequest(method, path, body=body if body or operation.body is not None else None, headers=headers)


def _endpoint(operation: Operation, arguments: Arguments) -> str:
    """The endpoint whose body has the given members: one operation may have several."""
    if len(operation.endpoints) == 1:
        return operation.endpoints[0]
    given = set(arguments) - set(HEADERS)

    def misfit(endpoint: str) -> int:
        body = body_schema(*endpoint.split(" ", 1))
        return len(given - set(body.get("properties", {})))

    return min(operation.endpoints, key=misfit)


def _number(value: Any) -> str:
    """An id in a path. Anything but digits becomes an id that no record has: it can't lead to another path."""
    text = str(value)
    return text if text.isascii() and text.isdigit() and len(text) <= len(str(2**63)) else "0"


def _get(arguments: Arguments) -> ApiRequest:
    found = addresses().get(str(arguments.get("entity_type")))
    if found is None:
        return ApiRequest("GET", "discovery/", {"entity_type": arguments.get("entity_type", "")})
    path, view = found.path.replace("{id}", _number(arguments.get("id"))), arguments.get("view")
    if view is not None:
        path = f"{path}{view}/" if view in found.views else f"{path}unknown/"
    return ApiRequest("GET", path)


def _find(arguments: Arguments) -> ApiRequest:
    filters = arguments.get("filters")
    told = {name: arguments[name] for name in ("entity_type", "search") if name in arguments}
    return ApiRequest("GET", "discovery/", {**(filters if isinstance(filters, dict) else {}), **told})


def _post(path: str, arguments: Arguments) -> ApiRequest:
    headers = {header: str(arguments[name]) for name, header in HEADERS.items() if arguments.get(name) is not None}
    return ApiRequest("POST", path, body={n: v for n, v in arguments.items() if n not in HEADERS}, headers=headers)


TEXT: Schema = {"type": "string"}
ANYTHING: Schema = {"type": OBJECT}
QUESTION = {"operation": TEXT, "reference_type": TEXT, "reference_id": ID, "payload": ANYTHING}
VIEW: Schema = {"type": "string", "description": "A read below it, of incidents: sla, readiness, timeline, notes …"}
SOP: Schema = {"type": "integer", "minimum": 0, "maximum": 27, "description": "0: operations of no SOP"}
HANDOFF = dict.fromkeys(("reason_code", "details", "operation", "code", "reference_type"), TEXT)


@cache
def always() -> tuple[ToolSpec, ...]:
    """The tools of every agent: they need no grant."""
    return (*_readers(), *_requests())


Row = tuple[str, str, Schema, Callable[[Arguments], ApiRequest], tuple[str, ...]]


def _readers() -> list[ToolSpec]:
    return [ToolSpec(*row, read_only=True, idempotent=True) for row in (*_of_records(), *_of_rules())]


def _of_records() -> list[Row]:
    found: Schema = {"type": "string", "enum": sorted(discoverable())}
    types: Schema = {"type": "string", "enum": sorted(addresses())}
    records = tuple(f"GET {path}" for each in addresses().values() for path in each.paths)
    return [
        (
            "find",
            "Find or verify records before acting (SOP 1): none, one with all details, or a list to choose from.",
            schema(["entity_type"], entity_type=found, search=TEXT, filters=ANYTHING),
            _find,
            ("GET /discovery/",),
        ),
        (
            "get",
            "Read one record, or one of its views.",
            schema(["entity_type", "id"], entity_type=types, id=ID, view=VIEW),
            _get,
            records,
        ),
    ]


def _of_rules() -> list[Row]:
    return [
        (
            "check",
            "Dry run of any operation: would it be executed, and if not, why and what next? Changes nothing.",
            schema(["operation"], **QUESTION),
            partial(_post, "approvals/check/"),
            ("POST /approvals/check/",),
        ),
        (
            "policy",
            "The rules of the operations of one SOP: roles, conditions, approvals, lifecycle, codes.",
            schema(["sop"], sop=SOP),
            lambda arguments: ApiRequest("GET", "policy/"),
            ("GET /policy/",),
        ),
        (
            "approval_status",
            "Whether an approval is pending, approved, rejected, expired or consumed.",
            schema(["id"], id=ID),
            lambda arguments: ApiRequest("GET", f"approvals/{_number(arguments.get('id'))}/"),
            ("GET /approvals/{id}/",),
        ),
        (
            "inbox",
            "The person's pending work: messages, escalations, tasks, decisions.",
            schema(),
            lambda arguments: ApiRequest("GET", "me/inbox/"),
            ("GET /me/inbox/",),
        ),
    ]


def _requests() -> list[ToolSpec]:
    return [
        ToolSpec(
            "request_approval",
            "Ask for an approval of exactly one call of an elevated operation. A person decides; then repeat the call "
            "with approval_id.",
            schema(["operation"], **QUESTION, reason=TEXT, idempotency_key=KEY),
            partial(_post, "approvals/"),
            ("POST /approvals/",),
        ),
        ToolSpec(
            "handoff",
            "Hand over to a person (the policy's transfer_to_human). A refusal offers the arguments as `handoff`.",
            schema(["reason_code"], **HANDOFF, reference_id=ID, idempotency_key=KEY),
            partial(_post, "handoffs/"),
            ("POST /handoffs/",),
        ),
    ]


ALWAYS = ("find", "get", "check", "policy", "approval_status", "inbox", "request_approval", "handoff")


def prepare() -> None:
    """Generate every tool, which takes seconds: a server does so before it answers."""
    for each in registry:
        if each.endpoints and each.writes and not each.anonymous:
            tool_of(each)


def find_tool(name: str) -> ToolSpec | None:
    """The tool of a name, whether or not it is listed: the API decides on the call."""
    for each in always():
        if each.name == name:
            return each
    operation = registry.find(name) or registry.find(name.replace("_", ".", 1))
    if operation is None or not operation.endpoints or operation.reads or operation.anonymous:
        return None
    return tool_of(operation)
