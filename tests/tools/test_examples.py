"""The recorded examples: played again they are the same, every operation has them, and each fits its description."""

import json

import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from core.codes import MEANINGS, Code
from ims.docs.recorded import PROBLEMS, by_operation, problems, read, text_of
from ims.docs.views import read_schema
from tests.contract import description
from tests.ims.test_schema import resolved
from tools.commands import examples
from tools.commands.examples import RECIPES
from tools.pages.recipes import render
from tools.tour.placeholders import A_TIME, truncated, with_placeholders
from tools.tour.player import Reply, play
from tools.tour.recording import files_of
from tools.tour.stage import record
from tools.tour.steps import Chapter, Step, TourError, filled
from tools.tour.unprovoked import UNPROVOKED
from users.choices import SA

PROBLEM = {"$ref": "#/components/schemas/Problem"}


def actions():
    """Operation's id → its description."""
    return {
        action["operationId"]: action
        for item in description()["paths"].values()
        for action in item.values()
        if "operationId" in action
    }


def misfits(schema, value):
    """The differences, including undescribed members."""
    whole = {**schema, "components": description()["components"]}
    return [each.message for each in Draft202012Validator(whole).iter_errors(value)]


@pytest.mark.django_db
def test_the_tour_is_played_as_it_was_recorded():
    exchanges = list(record())
    played = {tag: json.loads(text_of(examples)) for tag, examples in files_of(exchanges, read_schema()).items()}
    recorded = {tag: json.loads(text) for tag, text in read().items()}

    assert set(played) == set(recorded)
    assert [tag for tag in played if played[tag] != recorded[tag]] == [], (
        "run make examples and inspect the differences"
    )
    assert RECIPES.read_text(encoding="utf-8") == render(exchanges)


@pytest.mark.django_db
def test_the_tour_begins_in_an_empty_database(api):
    api(SA)

    with pytest.raises(CommandError, match="not empty"):
        call_command(examples.Command())


def test_every_operation_has_an_example_of_its_answer_and_of_its_body():
    examples = by_operation()
    assert set(examples) == set(actions())
    for name, action in actions().items():
        statuses = {str(each["status"]) for each in examples[name]}
        assert {status for status in action["responses"] if status < "400"} == statuses, name
        bodies = [each for each in examples[name] if "body" in each["request"]]
        assert bool(bodies) == ("requestBody" in action), name


@pytest.mark.parametrize("name", sorted(by_operation()))
def test_every_example_fits_its_description(name):
    action = actions()[name]
    for each in by_operation()[name]:
        answers = action["responses"][str(each["status"])]["content"]
        assert each["media_type"] in answers
        if each["media_type"] == "application/json":
            assert misfits(answers[each["media_type"]]["schema"], each["answer"]) == []
        if "body" in each["request"]:
            body = action["requestBody"]["content"]["application/json"]["schema"]
            assert misfits(body, each["request"]["body"]) == []


@pytest.mark.parametrize("code", Code)
def test_every_code_has_an_example_that_is_a_problem_document(code):
    example = problems()[code]

    assert misfits(PROBLEM, example["answer"]) == []
    assert (example["answer"]["code"], example["status"]) == (code, MEANINGS[code].status)
    assert ("request" in example) == (code not in UNPROVOKED)
    if "operation" in example:
        refused = resolved(actions()[example["operation"]]["responses"][str(example["status"])])
        assert f"`{code}`" in refused["description"]


def test_no_secret_is_recorded():
    text = "".join(read().values())

    assert "Authorization" not in text.replace("Authorization: Token <token>", "")
    assert set(read()) >= {PROBLEMS, "auth", "users"}
    for example in (*by_operation()["auth_token_login"], *by_operation()["auth_activate"]):
        shown = {**example["answer"], **example["request"]["body"]}
        secrets = {"token": "secret", "shares": ["one", "other"]}
        assert [name for name in secrets if name in shown and shown[name] != with_placeholders(secrets)[name]] == []


def test_random_values_are_replaced_and_long_ones_shortened():
    answer = {
        "token": "abc",
        "hash": "ab" * 32,
        "at": "2031-01-01T00:00:00.123456Z",
        "rows": [{"id": n} for n in range(9)],
    }
    text = "\n".join(str(n) for n in range(50))

    plain = with_placeholders(answer)
    assert plain["token"] != "abc"
    assert plain["hash"] != "ab" * 32
    assert plain["at"] == A_TIME
    assert truncated(plain)["rows"] == [{"id": 0}, {"id": 1}, {"id": 2}]
    assert truncated(list(range(9))) == list(range(9))
    assert truncated(text).endswith("…")


def test_placeholders_are_filled_from_earlier_responses():
    kept = {"incident": {"id": 7, "rows": [{"id": 8}]}}

    assert filled({"a": "{incident.id}", "b": ["{incident.rows.0.id}"], "c": "/x/{incident.id}/"}, kept) == {
        "a": 7,
        "b": [8],
        "c": "/x/7/",
    }
    with pytest.raises(TourError, match=r"incident\.rows\.1\.id"):
        filled("{incident.rows.1.id}", kept)


@pytest.mark.parametrize("reply", [Reply(500, {}, {}), Reply(200, {}, {"error_class": "x", "code": "not_found"})])
def test_a_tour_that_goes_otherwise_stops(reply):
    chapters = [Chapter("", (Step("", "looks", "GET /me/"),))]

    with pytest.raises(TourError, match=r"GET /me/: expected 200"):
        list(play(chapters, lambda request: reply, {}))
