"""The product and the policy, stated twice, give the same answers to random people."""

import os

import pytest

from tests.oracle.machine import findings
from tests.oracle.running import play, told

# So many runs of fifty steps; `make oracle` plays many more.
RUNS = int(os.environ.get("ORACLE_RUNS", "80"))
BATCHES = 3


@pytest.mark.django_db
@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_product_answers_as_the_policy_does(batch):
    findings.disagreements.clear()
    before = sum(findings.asked.values())

    steps = play(batch, RUNS) - before

    assert not findings.disagreements, told()
    assert steps > RUNS * 8
