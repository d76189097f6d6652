"""Details of the OpenAPI description on which generated clients and fuzzers rely."""

import re

import pytest

from core.reading.collections import collections
from core.schema.parameters import BLANK
from core.schema.postprocessing.ids import mark_ids
from ims.docs.views import read_schema
from tests.ims.test_schema import described, parameters
from tests.users.factories import UserFactory
from users.choices import Role


@pytest.mark.parametrize("role", Role.values)
def test_required_members_are_visible_to_every_role(role):
    schemas = read_schema()["components"]["schemas"]
    viewer = UserFactory.build(role=role)
    for collection in collections.values():
        for output in {collection.output, collection.single}:
            shown = schemas.get(output.__name__.removesuffix("Output"))
            seen = output.visible_fields(viewer)
            assert shown is None or seen is None or set(shown["required"]) <= set(seen), output


def test_the_description_states_the_bounds_of_the_code():
    schemas = read_schema()["components"]["schemas"]
    bulk, rules, incident = schemas["AgreementsRequest"], schemas["CorrelationRuleRequest"], schemas["IncidentDetail"]

    assert bulk["properties"]["agreements"]["minItems"] == 1
    assert re.fullmatch(rules["properties"]["group_by"]["pattern"], "attributes.host")
    assert not re.fullmatch(rules["properties"]["group_by"]["pattern"], "host")
    assert schemas["CompleteRollbackRequest"]["properties"]["validation_completed"]["const"] is True
    assert schemas["Handoff"]["properties"]["reference_type"]["type"] == ["string", "null"]
    assert schemas["VendorRequest"]["properties"]["contact_phone"]["format"] == "phone"
    assert schemas["UserRequest"]["properties"]["timezone"]["format"] == "time-zone"
    assert {"id", "status", "severity"} <= set(incident["required"])
    assert "classification" in set(incident["properties"]) - set(incident["required"])


def test_filters_document_their_values():
    asked = {name: each["schema"] for name, each in parameters(dict(described())["GET /incidents/"], "query").items()}

    assert asked["status__in"]["minItems"] == 1
    assert asked["incident_code"]["pattern"] == "^INC-[0-9]{8,18}$"
    vendors = parameters(dict(described())["GET /vendors/"], "query")
    name = {"type": "string", "maxLength": 4_000, "minLength": 1, "pattern": f"[^{BLANK}]"}
    assert vendors["vendor_name"]["schema"] == name
    assert vendors["vendor_name__in"]["schema"]["items"] == {"type": "string", "pattern": f"^[^,]*[^,{BLANK}][^,]*$"}


def test_every_media_type_of_an_answer_has_its_own_shape():
    download = dict(dict(described())["GET /incident-reports/{id}/download/"]["responses"]["200"]["content"])
    table = dict(described())["GET /analytics/"]["responses"]["200"]["content"]

    assert download.pop("application/json")["schema"]["$ref"].endswith("/ReportDocument")
    assert download.pop("application/pdf")["schema"] == {"type": "string", "format": "binary"}
    assert {each["schema"]["type"] for each in download.values()} == {"string"}
    assert set(download) == {"text/markdown", "text/html"}
    assert table["text/csv"]["schema"] == {"type": "string"}


def test_the_login_documents_its_refusals():
    assert {"401", "403", "429"} <= set(dict(described())["POST /auth/token/"]["responses"])


def integers(part, name=""):
    """Every whole number of the description, by the name of what it is: a member or a parameter."""
    if isinstance(part, list):
        for each in part:
            yield from integers(each, name)
    if not isinstance(part, dict):
        return
    if "integer" in (part.get("type") or ()):
        yield name, part
    for key, value in part.items():
        if key == "properties":
            for member, schema in value.items():
                yield from integers(schema, member)
        elif key not in ("examples", "example"):
            yield from integers(value, part.get("name", name) if key == "schema" else name)


def test_ids_and_only_ids_need_64_bits_wherever_they_are():
    found = list(integers(read_schema()))
    named = {name: {each.get("format") for other, each in found if other == name} for name, _ in found}
    ids = {name for name in named if re.fullmatch(r"(.*_)?ids?|Approval-Id", name.partition("__")[0])}
    who = {"assigned_to", "assigned_to__in", "closed_by", "generated_by", "implemented_by", "modified_by"}
    who |= {"requested_by", "resolved_by", "sender_user", "updated_by"}

    assert {"id", "id__in", "item_id", "client_id", "article_ids", "Approval-Id"} <= ids
    assert {name for name, formats in named.items() if formats == {"int64"}} == ids | who
    assert {name for name, formats in named.items() if formats == {None}} == set(named) - ids - who


def test_the_format_of_an_integer_follows_from_its_name():
    number = {"type": "integer", "format": "int64"}
    marked = mark_ids({"properties": {"count": number, "parts": {"properties": {"ids": {"items": number}}}}}, None)

    parts = {"properties": {"ids": {"items": number}}}
    assert marked == {"properties": {"count": {"type": "integer"}, "parts": parts}}


def test_no_enumeration_repeats_its_values_as_words():
    for name, schema in read_schema()["components"]["schemas"].items():
        for each in (schema, *schema.get("properties", {}).values()):
            assert "* `" not in each.get("description", ""), name


def test_nullable_values_of_maps_are_documented():
    shown = read_schema()["components"]["schemas"]["Subscription"]["properties"]["recovery_objectives"]

    assert shown["type"] == ["object", "null"]
    assert shown["additionalProperties"] == {"type": ["integer", "null"]}
