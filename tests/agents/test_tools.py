"""The list of tools: generated from the registry, decided by the token alone, and small enough for a model."""

import json

import jsonschema_rs
import pytest

from agents.entry_point import list_tools
from agents.requests import Caller
from agents.server import as_tool
from agents.tools import ALWAYS, always, find_tool, tool_of
from agents.toolsets import MOST_BYTES, MOST_TOOLS, TOOLSETS, callable_by_agents, grant_of_role, toolset_of
from core.operations.registry import registry
from tests.users.factories import UserFactory
from users.choices import IM, TS, Role
from users.tokens import new_token

pytestmark = pytest.mark.django_db

WRITING = [each.name for each in registry if callable_by_agents(each)]


def caller_with(operations, role=IM, **grant):
    return Caller(new_token(UserFactory(role=role), agent="triage-bot", operations=operations, **grant)[1])


def names(tools):
    return [each.name for each in tools]


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("toolset", ["", *TOOLSETS])
def test_the_default_grants_of_a_role_fit_into_a_models_context(role, toolset):
    tools = list_tools(caller_with(grant_of_role(role), role), toolset)
    listed = {"tools": [as_tool(each).model_dump(mode="json", by_alias=True, exclude_none=True) for each in tools]}

    assert len(tools) <= MOST_TOOLS
    assert len(json.dumps(listed).encode()) <= MOST_BYTES
    assert set(ALWAYS) <= set(names(tools))


def test_the_token_alone_decides_what_is_listed():
    assert names(list_tools(caller_with([]))) == list(ALWAYS)
    granted = ["incident.add_note", "incident.resolve", "approval.approve"]
    assert names(list_tools(caller_with(granted))) == [*ALWAYS, "incident.add_note", "incident.resolve"]
    assert names(list_tools(caller_with(["vendor.create", "incident.add_note"], TS))) == [*ALWAYS, "incident.add_note"]


def test_every_operation_has_a_toolset():
    assert {toolset_of(registry[name]) for name in WRITING} == set(TOOLSETS)
    together = {name for toolset in TOOLSETS for name in names(list_tools(caller_with(WRITING), toolset))}
    permitted = {name for name in WRITING if registry[name].permits(IM)}
    assert together == {*ALWAYS, *permitted}


def test_a_token_that_is_not_valid_lists_nothing():
    with pytest.raises(PermissionError):
        list_tools(Caller("nonsense"))


@pytest.mark.parametrize("name", WRITING)
def test_a_tool_says_what_it_is(name):
    tool, operation = tool_of(registry[name]), registry[name]

    assert tool.name == name
    assert tool.description.startswith(operation.purpose.split(". ")[0].removesuffix("."))
    assert all(f"SOP {operation.sop[0]}" in tool.description for _ in operation.sop[:1])
    jsonschema_rs.Draft202012Validator(tool.input_schema)
    assert tool.input_schema["additionalProperties"] is False
    assert set(tool.input_schema.get("required", ())) <= set(tool.input_schema["properties"])
    assert ("id" in tool.input_schema["properties"]) == ("{id}" in operation.endpoints[0])
    assert ("approval_id" in tool.input_schema["properties"]) == (operation.elevated is not None)
    assert ("idempotency_key" in tool.input_schema["properties"]) == operation.repeatable


def test_annotations_are_true():
    tools = {name: tool_of(registry[name]) for name in WRITING}
    read_only = {name for name, each in tools.items() if each.read_only}
    destructive = {name for name, each in tools.items() if each.destructive}

    assert read_only == {"incident.classify"}
    assert {"incident.close", "client.update", "workaround.update", "token.revoke"} <= destructive
    assert {"incident.create", "incident.add_note", "client.create"} & destructive == set()
    assert all(tools[name].idempotent for name in ("client.update", "client.set_calendar", "token.revoke"))
    assert not tools["incident.create"].idempotent
    assert {each: find_tool(each).read_only for each in ALWAYS} == {
        **dict.fromkeys(ALWAYS, True),
        "request_approval": False,
        "handoff": False,
    }


def test_annotations_that_are_not_sent_are_the_defaults_of_the_protocol():
    for each in [*always(), *(tool_of(registry[name]) for name in WRITING)]:
        sent = as_tool(each).annotations
        assert bool(sent.read_only_hint) == each.read_only
        assert (sent.destructive_hint is not False) == each.destructive
        assert bool(sent.idempotent_hint) == each.idempotent
        assert sent.open_world_hint is False


def test_a_tool_is_found_by_both_spellings_of_its_name():
    assert find_tool("incident_add_note") is find_tool("incident.add_note")
    assert [find_tool(name) for name in ("incident.list", "access.login", "import.legacy", "policy.read")] == [None] * 4
