"""The product and the policy, stated twice, give the same answers to random people."""

import os

import pytest

from incidents import duties
from tests.oracle.asking import cheaply
from tests.oracle.findings import Findings
from tests.oracle.running import play
from tests.oracle.size import counted

# The number of runs in each batch; `make oracle` plays many more.
RUNS = int(os.environ.get("ORACLE_RUNS", "18"))
BATCHES = 3
# The outcomes that random users must reach for a meaningful comparison.
REACHED = ("incident.resolve", "postmortem.review", "incident.close", "approval.approve", "event.correlate")


@pytest.mark.django_db
@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_product_answers_as_the_policy_does(batch):
    findings = Findings()

    with cheaply():
        play(batch, RUNS, findings)

    assert not findings.disagreements, findings.told()
    assert findings.steps > RUNS * 20
    assert [name for name in REACHED if not findings.asked[name, "done"]] == []


@pytest.mark.django_db
def test_a_product_that_answers_otherwise_is_found(monkeypatch):
    """The comparison detects a fault: an initiator who may close their own incident."""
    findings = Findings()
    monkeypatch.setattr(duties, "is_initiator", lambda person, incident: False)

    with cheaply():
        play(0, 4, findings)

    assert findings.disagreements


def test_the_model_is_small():
    lines = counted()

    assert 0 < lines["rules of the model"] <= lines["rules of the product"] / 6
