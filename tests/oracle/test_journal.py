"""A comparison that was stopped goes on where it was, and counts honestly what it compared, under which code."""

import json
from collections import Counter

import pytest

from tests.oracle.findings import Findings
from tests.oracle.journal import Journal, sittings


@pytest.fixture
def journal(tmp_path):
    return lambda code="one", **more: Journal(tmp_path, "x", more.get("fresh", False), code)


def batch(steps=3, **disagreements):
    return Findings(Counter({("incident.close", "done"): steps}), dict(disagreements))


def test_a_resumed_run_counts_what_was_compared_before(journal):
    journal().keep(1, batch())

    resumed = journal()
    resumed.keep(2, batch())

    assert (resumed.batches, resumed.read().steps, sittings([resumed])) == (2, 6, "")


def test_a_fresh_run_forgets(journal):
    journal().keep(1, batch())

    assert journal(fresh=True).read().steps == 0


def test_steps_with_other_code_are_told_apart(journal):
    journal().keep(1, batch(5))

    resumed = journal("two")
    resumed.keep(2, batch(4))

    assert "5 with one, 4 with two" in sittings([resumed])


def test_a_disagreement_counts_until_its_batch_agrees_with_changed_code(journal):
    journal().keep(7, batch(wrong="a case"))
    assert journal().to_repeat() == []
    mended = journal("two")
    assert (mended.to_repeat(), list(mended.findings.disagreements)) == ([7], ["wrong"])

    mended.repeat(7, batch(wrong="still"))
    assert journal("two").read().disagreements == {"wrong": "still"}
    again = journal("three")
    again.repeat(7, batch())

    assert (again.read().disagreements, again.read().steps, again.batches) == ({}, 3, 1)


def test_a_journal_without_states_of_the_code_is_read(journal, tmp_path):
    before = {"batches": 2, "asked": {"incident.close → done": 4}, "found": {"wrong": "a case"}}
    (tmp_path / "oracle-x.json").write_text(json.dumps(before))

    resumed = journal()

    assert (resumed.batches, resumed.findings.steps, resumed.to_repeat()) == (2, 4, [])
    assert resumed.findings.disagreements == {"wrong": "a case"}
    assert resumed.kept["codes"] == {"earlier": 4}
