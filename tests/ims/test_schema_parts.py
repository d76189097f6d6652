"""The OpenAPI description beyond schemas: rule extensions, tags, links, examples, shared components."""

import re

import pytest

from core.operations.registry import registry
from core.schema.postprocessing.sharing import share_parts
from ims.docs.recorded import by_operation, problems
from ims.docs.tags import TAGS
from ims.docs.views import read_schema
from tests.ims.test_schema import codes, described, headers, resolved


def test_the_description_contains_contact_and_licence():
    schema = read_schema()

    assert schema["info"]["license"] == {"name": "MIT License", "identifier": "MIT"}
    assert "contact" not in schema["info"]
    assert schema["servers"] == [{"url": "/", "description": "This installation"}]
    assert "externalDocs" not in schema  # an installation does not know its own address, and a relative one is none
    assert list(schema["components"]["securitySchemes"]) == ["token"]


def test_every_tag_is_described_and_every_described_tag_used():
    used = {tag for _, action in described() for tag in action["tags"]}

    assert {each["name"] for each in read_schema()["tags"]} == set(TAGS) == used


def test_extensions_contain_the_rules_of_every_operation():
    for endpoint, action in described():
        operation = registry[action["x-ims-operation"]]
        assert action["x-ims-sop"] == list(operation.sop), endpoint
        assert action["x-ims-roles"] == (sorted(operation.roles) if operation.roles is not None else ["*"]), endpoint
        assert (action["x-ims-elevated"] is not None) == (operation.elevated is not None), endpoint
    vendors = dict(described())["POST /vendors/"]
    assert vendors["x-ims-elevated"] == {"when": "always", "approver_roles": ["executive"]}


def test_a_created_record_links_to_everything_that_can_be_done_with_it():
    actions = dict(described())
    links = actions["POST /incidents/"]["responses"]["201"]["links"]

    below = {
        action["operationId"] for endpoint, action in actions.items() if re.search(r" /incidents/{id}/[^{]*$", endpoint)
    }
    assert set(links) == below
    assert links["incidents_resolve"] == {
        "operationId": "incidents_resolve",
        "parameters": {"id": "$response.body#/id"},
    }


def test_a_link_within_a_record_names_its_parent():
    answer = dict(described())["POST /post-incident-reviews/{id}/action-items/"]["responses"]["201"]

    (link,) = answer["links"].values()
    assert link["parameters"] == {"id": "$request.path.id", "item_id": "$response.body#/id"}


def test_the_recorded_examples_are_shown():
    for endpoint, action in described():
        for each in by_operation()[action["operationId"]]:
            content = action["responses"][str(each["status"])]["content"][each["media_type"]]
            assert each["answer"] in [shown["value"] for shown in content["examples"].values()], endpoint


def test_every_refusal_shows_an_example_of_each_of_its_codes():
    examples = read_schema()["components"]["examples"]

    assert set(examples) == {code for _, action in described() for code in codes(action)}
    for endpoint, action in described():
        named = codes(action)
        assert all(f"`{code}`" in action["description"] for code in named), endpoint
        assert "throttled" in named, endpoint
    for code, each in examples.items():
        assert each["value"] == problems()[code]["answer"]


@pytest.mark.parametrize("status", ["429", "503"])
def test_retry_after_is_documented(status):
    assert all("Retry-After" in headers(action["responses"][status]) for _, action in described())


def test_equal_parts_are_shared_and_others_stay_in_place():
    same, other = {"name": "id", "in": "path"}, {"name": "id", "in": "path", "required": True}
    paths = {
        f"/{number}/": {"get": {"parameters": [dict(each)], "responses": {}}}
        for number, each in enumerate((same, other, same))
    }
    result = share_parts({"paths": paths, "components": {}}, None)

    parameters = [item["get"]["parameters"][0] for item in result["paths"].values()]
    assert parameters == [{"$ref": "#/components/parameters/id"}, other, {"$ref": "#/components/parameters/id"}]
    assert result["components"]["parameters"] == {"id": same}


def test_every_reference_leads_somewhere():
    def references(part):
        if isinstance(part, dict):
            yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            for each in part.values():
                yield from references(each)
        elif isinstance(part, list):
            for each in part:
                yield from references(each)

    found = set(references(read_schema()))
    assert len(found) > 100
    assert all(resolved({"$ref": each}) for each in found)


def test_secrets_are_sent_and_never_shown():
    schemas = read_schema()["components"]["schemas"]
    secrets = {
        (name, member)
        for name, schema in schemas.items()
        for member, each in schema.get("properties", {}).items()
        if each.get("writeOnly")
    }

    assert {("LoginRequest", "password"), ("ActivateRequest", "shares"), ("ActivateRequest", "password")} <= secrets
    assert all(name.endswith("Request") for name, _ in secrets)
