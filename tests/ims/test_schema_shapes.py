"""The OpenAPI description in detail: what a generated client and a fuzzer take at its word."""

import re

import pytest

from core.collections import collections
from ims.docs.views import read_schema
from tests.ims.test_schema import described, parameters
from tests.users.factories import UserFactory
from users.choices import Role


@pytest.mark.parametrize("role", Role.values)
def test_no_representation_promises_a_name_that_a_role_does_not_see(role):
    schemas = read_schema()["components"]["schemas"]
    viewer = UserFactory.build(role=role)
    for collection in collections.values():
        for output in {collection.output, collection.single}:
            shown = schemas.get(output.__name__.removesuffix("Output"))
            seen = output.visible_fields(viewer)
            assert shown is None or seen is None or set(shown["required"]) <= set(seen), output


def test_what_the_code_allows_is_what_the_description_says():
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


def test_filters_say_what_they_take():
    asked = {name: each["schema"] for name, each in parameters(dict(described())["GET /incidents/"], "query").items()}

    assert asked["status__in"]["minItems"] == 1
    assert asked["incident_code"]["pattern"] == "^INC-[0-9]{8,18}$"
    vendors = parameters(dict(described())["GET /vendors/"], "query")
    assert vendors["vendor_name"]["schema"] == {"type": "string", "maxLength": 4_000, "minLength": 1}
    assert vendors["vendor_name__in"]["schema"]["items"] == {"type": "string", "pattern": "^[^,]+$"}


def test_every_media_type_of_an_answer_has_its_own_shape():
    download = dict(dict(described())["GET /incident-reports/{id}/download/"]["responses"]["200"]["content"])
    table = dict(described())["GET /analytics/"]["responses"]["200"]["content"]

    assert download.pop("application/json")["schema"]["$ref"].endswith("/ReportDocument")
    assert download.pop("application/pdf")["schema"] == {"type": "string", "format": "binary"}
    assert {each["schema"]["type"] for each in download.values()} == {"string"}
    assert set(download) == {"text/markdown", "text/html"}
    assert table["text/csv"]["schema"] == {"type": "string"}


def test_the_login_tells_how_it_refuses():
    assert {"401", "403", "429"} <= set(dict(described())["POST /auth/token/"]["responses"])
