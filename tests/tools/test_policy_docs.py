"""docs/policy.md is up to date with the enforced policy."""

from functools import cache

import pytest
from django.core.management import CommandError, call_command

from core.codes import Code
from core.operations.registry import registry
from core.reading.policy_names import FIELD_NAMES
from tools.commands import policy_docs
from tools.pages.evidence import files_by_sop, sops_of
from tools.pages.inputs import IN_URL, inputs_of
from tools.pages.policy import reachable, render
from tools.pages.policy_tables import lifecycles
from tools.pages.sops import SOPS


@cache
def the_page() -> str:
    """The page of today, rendered once: reading every test for it takes a second."""
    return render(policy_docs.TESTS)


def test_the_page_is_current():
    call_command(policy_docs.Command(), "--check")


def test_a_stale_page_fails_the_check(tmp_path, monkeypatch):
    page = tmp_path / "policy.md"
    page.write_text("stale", encoding="utf-8")
    monkeypatch.setattr(policy_docs, "PAGE", page)

    with pytest.raises(CommandError, match="out of date"):
        call_command(policy_docs.Command(), "--check")
    assert page.read_text(encoding="utf-8") == "stale"


def test_a_procedure_that_is_built_and_shown_by_no_test_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(policy_docs, "TESTS", tmp_path)
    monkeypatch.setattr(policy_docs, "PAGE", tmp_path / "docs" / "policy.md")

    with pytest.raises(CommandError, match=r"no test module names .*: SOP 1, "):
        call_command(policy_docs.Command())


def test_every_operation_code_and_procedure_is_on_the_page():
    page = the_page()

    assert [each.name for each in reachable() if f"**`{each.name}`**" not in page] == []
    assert [code for code in Code if f"| `{code}` |" not in page] == []
    assert [number for number, title in SOPS.items() if f"## {number}. {title}\n" not in page] == []
    assert list(SOPS) == list(range(1, 28))


def test_every_rule_of_segregation_is_in_its_table():
    table = the_page().split("# Segregation of duties\n")[1].split("\n# ")[0]
    rules = {(each.name, duty) for each in registry for duty in each.duties if duty.code is Code.SEGREGATION_OF_DUTIES}

    assert {duty.name for _, duty in rules} >= {"not_own_account", "not_the_requester", "not_an_initiator"}
    assert [rule for rule in rules if f"| `{rule[0]}` | `{rule[1].name}` | {rule[1].text} |" not in table] == []


def test_procedures_that_are_not_built_are_listed_as_such():
    page = the_page()
    built = {number for each in reachable() for number in each.sop}

    for number, title in SOPS.items():
        section = page.split(f"## {number}. {title}\n")[1].split("\n## ")[0]
        assert ("Not implemented" in section) == (number not in built)


def test_every_table_of_transitions_is_found():
    names = {name for name, _ in lifecycles()}

    assert "approval (`approvals.choices.DECISIONS`)" in names
    assert "subscription (`clients.choices.SUBSCRIPTION_MOVES`)" in names


def test_a_test_file_names_its_procedures_in_its_first_words(tmp_path):
    folder = tmp_path / "tests" / "vendors"
    folder.mkdir(parents=True)
    (folder / "test_one.py").write_text('"""SOP 7: one. SOP 11 and 26: two."""\n', encoding="utf-8")
    (folder / "test_two.py").write_text('"""Something else."""\nSOP = "SOP 8"\n', encoding="utf-8")

    assert sops_of(folder / "test_one.py") == {7, 11, 26}
    assert files_by_sop(tmp_path / "tests") == {number: ["tests/vendors/test_one.py"] for number in (7, 11, 26)}


def test_every_input_of_a_procedure_is_named_beside_what_a_request_calls_it():
    """An input that is neither a field nor the caller is the record in the URL of one of the procedure's requests."""
    told = {number: dict(inputs_of(number)) for number in SOPS}

    assert [number for number in SOPS if not told[number]] == [13]
    assert {name for inputs in told.values() for name in inputs} >= set(FIELD_NAMES)
    assert told[14]["new_status"] == "`status`"
    assert told[17]["recipient"] == "`recipient_user_id` or `recipient_group`"
    in_url = {number: [name for name, here in inputs.items() if here == IN_URL] for number, inputs in told.items()}
    assert {number: names for number, names in in_url.items() if names} == {
        4: ["client_id"],
        6: ["user_id"],
        14: ["incident_id"],
        16: ["incident_id"],
    }
    for number in (4, 6, 14, 16):
        assert any("{id}" in endpoint for each in reachable() if number in each.sop for endpoint in each.endpoints)
    for name, here in told[2].items():
        assert f"| `{name}` | {here} |" in the_page()
