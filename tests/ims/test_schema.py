"""The OpenAPI description: complete, valid, true to the registry; its page needs no other host."""

import json
import re
from collections import Counter
from pathlib import Path

import drf_spectacular.validation
import jsonschema_rs
import pytest
import yaml
from django.contrib.staticfiles import finders
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator

from core.codes import MEANINGS
from core.http.routes import endpoints
from core.json import dumps
from core.operations.registry import EntryPoint, registry
from core.reading.collections import collections
from core.schema.help_texts import app_tables
from core.schema.postprocessing.enums import choices_classes, enum_names
from ims.docs.views import read_schema
from incidents.choices import IncidentStatus
from tests.api import fields
from tests.clients.factories import AgreementFactory
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import SA, TS, Role

METHODS = ("get", "post", "put", "patch", "delete")
PREFIX = "/api/v1"
SPECIFICATION = Path(drf_spectacular.validation.__file__).with_name("openapi_3_1_schema.json")


def described():
    """(METHOD /path/, description) of every action."""
    for path, item in read_schema()["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path.removeprefix(PREFIX)}", item[method]


def resolved(part):
    """A part of the description, or the component that it refers to."""
    if "$ref" not in part:
        return part
    _, kind, name = part["$ref"].rsplit("/", 2)
    return read_schema()["components"][kind][name]


def parameters(action, place):
    return {each["name"]: each for each in map(resolved, action.get("parameters", [])) if each["in"] == place}


def test_the_description_is_valid_and_leaves_no_warning(capsys):
    """The checks of `spectacular --validate --fail-on-warn`, with a faster validator."""
    reset_generator_stats()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    GENERATOR_STATS.emit_summary()

    said = capsys.readouterr()
    assert not GENERATOR_STATS
    assert "Warning" not in said.err
    assert "Error" not in said.err
    assert schema["openapi"].startswith("3.1")
    jsonschema_rs.validator_for(json.loads(SPECIFICATION.read_text())).validate(json.loads(dumps(schema)))


def test_a_description_that_breaks_the_specification_is_found():
    broken = {**json.loads(dumps(read_schema())), "paths": {"no slash": {}}}

    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validator_for(json.loads(SPECIFICATION.read_text())).validate(broken)


def test_every_route_is_described_once():
    routed = {endpoint for endpoint, _ in endpoints(get_resolver().url_patterns)}
    actions = [endpoint for endpoint, _ in described()]

    assert set(actions) == routed
    names = Counter(action["operationId"] for _, action in described())
    assert [name for name, count in names.items() if count > 1 or not re.fullmatch(r"[a-z][a-z_]*[a-z]", name)] == []


@pytest.mark.parametrize(
    ("endpoint", "name", "tag"),
    [
        ("POST /vendors/", "vendors_create", "vendors"),
        ("GET /vendors/", "vendors_list", "vendors"),
        ("PATCH /vendors/{id}/", "vendors_update", "vendors"),
        ("PUT /clients/{id}/calendar/", "clients_set_calendar", "clients"),
        ("POST /incidents/classify/", "incidents_classify", "incidents"),
        ("POST /incidents/{id}/notes/", "incidents_add_note", "incidents"),
        ("GET /incidents/{id}/notes/", "incidents_notes_list", "incidents"),
        ("POST /sla-agreements/bulk/", "sla_agreements_bulk_create", "sla-agreements"),
        ("GET /auth/tokens/", "auth_tokens_list", "auth"),
    ],
)
def test_names_read_like_methods_of_an_sdk(endpoint, name, tag):
    action = dict(described())[endpoint]

    assert (action["operationId"], action["tags"]) == (name, [tag])


def test_every_operation_states_its_law_and_its_codes():
    actions = dict(described())
    for operation in registry:
        for endpoint in operation.endpoints if operation.entry_point is EntryPoint.REST else ():
            text = actions[endpoint]["description"]
            assert all(duty.text in text for duty in operation.duties), endpoint
            assert all(str(number) in text for number in operation.sop), endpoint
            assert ("**Approval:**" in text) == (operation.elevated is not None), endpoint
            assert actions[endpoint]["summary"], endpoint
            assert operation.anonymous == (actions[endpoint]["security"] == []), endpoint


def test_every_refusal_is_a_problem_document():
    known = {str(meaning.status) for meaning in MEANINGS.values()}
    for endpoint, action in described():
        refused = {status: resolved(answer) for status, answer in action["responses"].items() if status >= "400"}
        assert set(refused) <= known, endpoint
        assert refused, endpoint
        for answer in refused.values():
            assert list(answer["content"]) == ["application/problem+json"]
            assert answer["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")


def headers(answer):
    return {name: resolved(each) for name, each in resolved(answer).get("headers", {}).items()}


def codes(action):
    """The codes of all refusals of an action: the names of their examples."""
    answers = map(resolved, action["responses"].values())
    contents = [each["content"]["application/problem+json"] for each in answers if "Refused" in each["description"]]
    return {code for content in contents for code in content["examples"]}


def test_headers_follow_from_the_operation():
    by_endpoint = {endpoint: each for each in registry for endpoint in each.endpoints}
    for endpoint, action in described():
        operation = by_endpoint.get(endpoint)
        sent = parameters(action, "header")
        writes = operation is not None and not endpoint.startswith("GET ")
        assert "X-Request-ID" in sent, endpoint
        assert ("Approval-Id" in sent) == (writes and operation.elevated is not None), endpoint
        assert ("If-Match" in sent) == (writes and operation.target is not None), endpoint
        repeatable = writes and "/auth/" not in endpoint and "/me/" not in endpoint and not operation.secret
        assert ("Idempotency-Key" in sent) == repeatable, endpoint
        assert ("idempotency_conflict" in codes(action)) == repeatable, endpoint
        replayed = {
            status for status, answer in action["responses"].items() if "Idempotency-Replayed" in headers(answer)
        }
        assert replayed == ({status for status in action["responses"] if status < "400"} if repeatable else set())


def test_bodies_are_strict_and_partial_ones_have_no_required_fields():
    for endpoint, action in described():
        if "requestBody" in action:
            body = resolved(action["requestBody"]["content"]["application/json"]["schema"])
            assert body["additionalProperties"] is False, endpoint
            assert not (endpoint.startswith("PATCH ") and body.get("required")), endpoint


def test_lists_take_every_filter_of_their_collection_and_answer_with_pages():
    action = dict(described())["GET /vendors/"]
    asked = parameters(action, "query")
    page = resolved(action["responses"]["200"]["content"]["application/json"]["schema"])

    collection = collections["vendor"]
    controls = {"expand", "search", "ordering", "cursor", "page", "page_size"}
    assert set(asked) == {*collection.known_filters(), *controls}
    assert set(asked["ordering"]["schema"]["enum"]) == {s + name for name in collection.ordering for s in ("", "-")}
    assert set(page["required"]) == {"next", "previous", "results"} == set(page["properties"]) - {"count"}
    assert page["properties"]["results"]["items"]["$ref"].endswith("/VendorRead")


def test_lists_are_available_as_tables_and_numbered_pages():
    for endpoint, action in described():
        if "x-ims-partial" in action and "cursor" in parameters(action, "query"):
            content = action["responses"]["200"]["content"]
            assert set(content) == {"application/json", "text/csv"}, endpoint
            assert content["text/csv"]["schema"] == {"type": "string"}
            numbered = "count" in resolved(content["application/json"]["schema"])["properties"]
            assert numbered == ("page" in parameters(action, "query")), endpoint
    assert "page" in parameters(dict(described())["GET /clients/"], "query")
    assert "page" not in parameters(dict(described())["GET /incidents/"], "query")


def shown_by(endpoint):
    """The representation of incidents at an endpoint, and the schema of one record there, whole and partial."""
    action, collection = dict(described())[endpoint], collections["incident"]
    whole = resolved(action["responses"]["200"]["content"]["application/json"]["schema"])
    partial = resolved(action["x-ims-partial"]["schema"])
    if endpoint == "GET /incidents/{id}/":
        return collection.single, whole, partial
    return collection.output, *(resolved(page["properties"]["results"]["items"]) for page in (whole, partial))


@pytest.mark.parametrize("endpoint", ["GET /incidents/", "GET /incidents/{id}/"])
def test_reads_answer_every_name_unless_some_are_chosen(endpoint):
    output, whole, partial = shown_by(endpoint)
    action, relations = dict(described())[endpoint], list(collections["incident"].related(output))
    seen_by_all = [set(output.shown_to(UserFactory.build(role=role))) for role in Role.values]

    assert set(whole["properties"]) == {*output.Meta.fields, *relations} == set(partial["properties"])
    assert set(whole["required"]) == set.intersection(*seen_by_all) >= {"id", "title", "status", "client_id"}
    assert partial["required"] == ["id"]
    client = whole["properties"]["client"]["oneOf"]
    assert [each.get("$ref", each.get("type")) for each in client] == ["#/components/schemas/Client", "null"]
    assert resolved(parameters(action, "query")["expand"]["schema"]["items"])["enum"] == relations


@pytest.mark.parametrize("endpoint", ["GET /incidents/", "GET /incidents/{id}/"])
def test_the_variant_with_fields_has_a_name_a_parameter_and_an_answer(endpoint):
    output, action = shown_by(endpoint)[0], dict(described())[endpoint]
    variant = action["x-ims-partial"]

    assert variant["operationId"] == f"{action['operationId']}_partial"
    assert (variant["parameter"]["name"], variant["parameter"]["in"]) == ("fields", "query")
    assert (variant["parameter"]["style"], variant["parameter"]["explode"]) == ("form", False)
    assert resolved(variant["parameter"]["schema"]["items"])["enum"] == list(output.Meta.fields)
    assert "fields" not in parameters(action, "query")
    assert "`x-ims-partial`" in action["description"]


def test_every_read_of_a_collection_has_its_variant_and_nothing_else_has():
    reads = {endpoint for endpoint, action in described() if "x-ims-partial" in action}

    assert {"GET /incidents/", "GET /incidents/{id}/", "GET /incidents/{id}/notes/", "GET /audit-entries/"} <= reads
    assert all(endpoint.startswith("GET ") for endpoint in reads)
    assert "GET /incidents/{id}/timeline/" not in reads


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("GET /incidents/", "/incidents/?expand=client,component,reporter"),
        ("GET /incidents/", "/incidents/?expand=sla_agreement,created_by"),
        ("GET /vendors/", "/vendors/?page=1&page_size=1&expand=updated_by"),
        ("GET /audit-entries/", "/audit-entries/?after=0&include_discovery=true&expand=user"),
        ("GET /me/inbox/", "/me/inbox/"),
    ],
)
def test_chosen_answers_fit_their_description(api, endpoint, path):
    IncidentFactory(component=ComponentFactory())
    VendorFactory()

    assert misfits(endpoint, api(SA).get(path, expect=200)) == []


def test_representations_have_the_names_of_their_outputs():
    schemas = read_schema()["components"]["schemas"]
    for collection in collections.values():
        for output in {collection.output, collection.single}:
            shown = schemas.get(output.__name__.removesuffix("Output"))
            if shown is not None:
                assert set(shown["properties"]) == set(output.Meta.fields), output
                seen_by_all = [set(output.shown_to(UserFactory.build(role=role))) for role in Role.values]
                assert set(shown["required"]) == set.intersection(*seen_by_all), output


def test_times_numbers_and_joined_columns_have_their_types():
    schemas = read_schema()["components"]["schemas"]

    token, agreement = schemas["Token"]["properties"], schemas["Agreement"]["properties"]
    assert {"type": ["string", "null"], "format": "date-time"}.items() <= token["last_used_at"].items()
    assert token["user_id"]["type"] == "integer"
    assert agreement["availability_target"]["type"] == ["number", "null"]
    assert schemas["Component"]["properties"]["ports"]["items"]["type"] == "integer"


def test_one_time_secrets_are_part_of_the_answer():
    actions = dict(described())
    for endpoint, status in (("POST /users/", "201"), ("POST /users/{id}/activation-token/", "200")):
        answer = resolved(actions[endpoint]["responses"][status]["content"]["application/json"]["schema"])
        assert {"id", "email", "activation_share"} <= set(answer["required"])


def test_every_enumeration_has_one_name():
    names = enum_names()
    pairs = [tuple(choices) for choices in names.values()]

    assert len(set(pairs)) == len(pairs)
    for each in choices_classes():
        assert tuple(sorted((str(value), str(label)) for value, label in each.choices)) in pairs
    assert "RoleEnum" in read_schema()["components"]["schemas"]


def test_no_two_values_of_enumerations_have_the_same_name():
    """Nor has a value the name of a type: in Go, all of them are names of one package."""
    schemas = read_schema()["components"]["schemas"]
    enumerations = {name: each for name, each in schemas.items() if "enum" in each}
    names = Counter(name for each in enumerations.values() for name in each["x-enum-varnames"])

    assert {"IncidentStatusEnum", "IncidentField", "IncidentRelation"} <= set(enumerations)
    assert [name for name, count in names.items() if count > 1 or not re.fullmatch("[A-Z][A-Z0-9_]*", name)] == []
    assert {name.replace("_", "").lower() for name in names} & {name.lower() for name in schemas} == set()
    for name, each in enumerations.items():
        assert len(each["x-enum-varnames"]) == len(each["enum"]), name
    assert schemas["IncidentStatusEnum"]["x-enum-varnames"][0] == "INCIDENT_STATUS_OPEN"


def test_a_filter_names_the_enumeration_of_its_values():
    asked = parameters(dict(described())["GET /incidents/"], "query")

    assert asked["status"]["schema"] == {"$ref": "#/components/schemas/IncidentStatusEnum"}
    assert asked["status__in"]["schema"]["items"] == {"$ref": "#/components/schemas/IncidentStatusEnum"}
    assert resolved(asked["status"]["schema"])["enum"] == list(IncidentStatus)
    assert "enum" in asked["ordering"]["schema"]  # what no record has stays in place


def test_no_two_types_differ_only_in_capitals():
    """They would be one file, or one class, of a generated client."""
    names = Counter(name.lower() for name in read_schema()["components"]["schemas"])

    assert [name for name, count in names.items() if count > 1] == []


def test_discovery_lists_its_entity_types():
    asked = parameters(dict(described())["GET /discovery/"], "query")

    assert asked["entity_type"]["required"] is True
    assert {"incident", "vendor", "sla"} <= set(resolved(asked["entity_type"]["schema"])["enum"])


def test_anyone_reads_the_description_as_json(api):
    answer = api().get("/schema/", expect=200)

    assert answer["Content-Type"] == "application/json"
    assert answer.json() == json.loads(dumps(read_schema()))


@pytest.mark.parametrize("media_type", ["application/yaml", "application/vnd.oai.openapi"])
def test_the_description_is_available_as_yaml(api, media_type):
    answer = api().get("/schema/", expect=200, Accept=media_type)

    assert answer["Content-Type"].startswith(media_type)
    loaded = yaml.load(answer.content, Loader=yaml.CSafeLoader)  # as safe as yaml.safe_load, in a tenth of the time
    assert loaded["openapi"].startswith("3.1")


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/yaml", "text/html"])
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_query_may_name_the_form_whatever_is_accepted(api, form, accept):
    answer = api().get(f"/schema/?format={form}", expect=200, **({"Accept": accept} if accept else {}))

    assert answer["Content-Type"].startswith(f"application/{form}")
    assert "Accept" in answer["Vary"]
    assert answer.content.startswith(b"{" if form == "json" else b"openapi: 3.1")


@pytest.mark.parametrize("query", ["format=xml", "format=", "format=json&format=yaml", "format=openapi", "page=1"])
def test_of_the_description_nothing_else_can_be_asked(api, query):
    for accepted in ("application/json", "application/yaml", "application/vnd.oai.openapi"):
        refused = api().get(f"/schema/?{query}", expect=400, code="invalid_filter", Accept=accepted)
        assert fields(refused) == {query.partition("=")[0]}


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_description_is_written_once(api, form, monkeypatch):
    first = api().get(f"/schema/?format={form}", expect=200).content

    def fail(*args):
        raise AssertionError("make openapi")

    monkeypatch.setattr("ims.docs.views.dumps", fail)
    monkeypatch.setattr("drf_spectacular.renderers.OpenApiYamlRenderer.render", fail)

    assert api().get(f"/schema/?format={form}", expect=200).content == first


def test_the_page_names_no_other_host(api):
    answer = api().get("/docs/", expect=200)
    page = answer.content.decode()

    assert answer["Content-Type"].startswith("text/html")
    assert "//" not in page.replace("<!DOCTYPE html>", "")
    assert f'data-schema="{PREFIX}/schema/"' in page
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
    assert len(files) == 5
    assert [name for name in files if finders.find(name) is None] == []


def test_the_page_asks_no_validator_of_another_host():
    script = finders.find("ims/docs.js")

    with open(script, encoding="utf-8") as file:
        text = file.read()
    assert "validatorUrl: null" in text
    assert "http" not in text


READS = (
    ("GET /vendors/", "/vendors/"),
    ("GET /components/", "/components/"),
    ("GET /clients/", "/clients/"),
    ("GET /subscriptions/", "/subscriptions/"),
    ("GET /sla-agreements/", "/sla-agreements/"),
    ("GET /incidents/", "/incidents/"),
    ("GET /users/", "/users/"),
    ("GET /approval-rules/", "/approval-rules/"),
    ("GET /auth/tokens/", "/auth/tokens/"),
    ("GET /audit-entries/", "/audit-entries/"),
    ("GET /audit-entries/verify/", "/audit-entries/verify/"),
    ("GET /me/", "/me/"),
    ("GET /policy/", "/policy/"),
    ("GET /discovery/", "/discovery/?entity_type=incident"),
)


def misfits(endpoint, answer):
    """The differences between a real response and its description."""
    described_answer = resolved(dict(described())[endpoint]["responses"][str(answer.status_code)])["content"]
    schema = described_answer[answer["Content-Type"]]["schema"]
    whole = {**schema, "components": read_schema()["components"]}
    validator = jsonschema_rs.Draft202012Validator(json.loads(dumps(whole)))
    return [each.message for each in validator.iter_errors(answer.json())]


@pytest.mark.parametrize(("endpoint", "path"), READS)
def test_real_answers_fit_their_description(api, endpoint, path):
    incident = IncidentFactory()
    VendorFactory()
    ComponentFactory()
    AgreementFactory()
    reader = api(SA)
    answer = reader.get(path, expect=200)

    assert answer.json() != {"next": None, "previous": None, "results": []}
    assert misfits(endpoint, answer) == []
    if endpoint == "GET /incidents/":
        one = reader.get(f"/incidents/{incident.pk}/", expect=200)
        assert misfits("GET /incidents/{id}/", one) == []
        client = reader.get(f"/clients/{incident.client_id}/", expect=200)
        assert misfits("GET /clients/{id}/", client) == []


def test_real_writes_and_refusals_fit_their_description(api):
    body = {"name": "Ada", "email": "ada@example.com", "role": "technical_support", "timezone": "UTC"}
    administrator = api(SA)

    assert misfits("POST /users/", administrator.post("/users/", body, expect=201)) == []
    assert misfits("POST /users/", administrator.post("/users/", body, expect=409)) == []
    assert misfits("POST /users/", administrator.post("/users/", {"colour": 1}, expect=400)) == []
    assert misfits("POST /users/", api(TS).post("/users/", body, expect=403)) == []
    assert misfits("POST /users/", api().post("/users/", body, expect=401)) == []
    question = {"operation": "vendor.create"}
    assert misfits("POST /approvals/check/", administrator.post("/approvals/check/", question, expect=200)) == []


def test_everything_that_can_be_sent_is_explained():
    for name, shape in read_schema()["components"]["schemas"].items():
        if name.endswith("Request"):
            unexplained = {member for member, each in shape["properties"].items() if "description" not in each}
            assert not unexplained, name
    for endpoint, action in described():
        for place in ("query", "header"):
            for name, each in parameters(action, place).items():
                assert each.get("description"), (endpoint, name)


def test_every_member_of_every_shape_is_explained():
    """Those of a partial record where it is whole."""
    every = read_schema()["components"]["schemas"]
    partial = [name for name in every if f"{name.removeprefix('Partial')}Read" in every and name.startswith("Partial")]
    shapes = {name: shape for name, shape in every.items() if name not in partial}
    assert all(f"{name.removeprefix('Partial')}Read" in every[name]["description"] for name in partial)
    silent = [
        f"{name}.{member}"
        for name, shape in shapes.items()
        for member, schema in shape.get("properties", {}).items()
        if not schema.get("description")
    ]
    assert silent == [], "add the member to help_texts.py of its app, or help_text to its field"


def test_help_texts_name_only_members_that_there_are():
    shapes = read_schema()["components"]["schemas"]
    members = {member for shape in shapes.values() for member in shape.get("properties", {})}
    unused = {
        f"{app}: {name}"
        for app, table in app_tables().items()
        for name in table
        if name.rpartition(".")[2] not in members
    }
    assert unused == set()


def test_anonymous_operations_declare_no_security():
    public = {
        action["operationId"]
        for item in read_schema()["paths"].values()
        for action in item.values()
        if action.get("security") == []
    }
    assert public == {"auth_activate", "auth_token_login", "docs_retrieve", "schema_retrieve"}
    assert all("security" in action for item in read_schema()["paths"].values() for action in item.values())


def test_descriptions_are_not_copied_from_other_schemas():
    shapes = read_schema()["components"]["schemas"]
    assert "HTTP" in shapes["Problem"]["properties"]["status"]["description"]
    assert "lifecycle" in shapes["Vendor"]["properties"]["status"]["description"]
