"""Scripted adversaries: whatever they call, the rules hold. `make agents-trial` plays many more of them."""

import pytest
from django.db import transaction

from agents.entry_point import call_tool
from agents.requests import Caller
from tests.agents.strategies import CAP, NOTE, STRATEGIES, Attack
from tests.agents.trial import AGENT, breaches, ground, of_the_policy, play
from tests.oracle.asking import Line, cheaply
from users.tokens import new_token

pytestmark = pytest.mark.django_db


def test_no_adversary_breaks_anything():
    """Each strategy, over the demo data; the invariants of the policy's model hold after each."""
    with cheaply():
        place, line = ground(), Line(None)
        found = []
        for seed, strategy in enumerate(sorted(STRATEGIES)):
            with transaction.atomic():
                found += play(place, strategy, seed, line)
                transaction.set_rollback(True)
        _a_breach_is_found(place, line)
    assert found == []


def _a_breach_is_found(place, line):
    """Proof that the checks can fail."""
    secrets = [new_token(place.person, agent=AGENT, operations=[NOTE, "incident.update"])[1] for _ in range(2)]
    for number in range(CAP + 1):
        assert not call_tool(Caller(secrets[0]), NOTE, {"id": place.other.pk, "body": f"Note {number}."}).refused
    assert not call_tool(Caller(secrets[0]), "incident.update", {"id": place.mine.pk, "urgency": "low"}).refused
    found = set(breaches(place))
    assert {"exceeded the cap", "reached another client"} <= found
    assert any(each.startswith("wrote without a grant") for each in found)
    place.model.incidents[place.mine.pk].status = "closed"
    attack = Attack(None, place.person, place.executive, secrets, 0, 0, [])
    assert list(of_the_policy(place, attack, line)) == ["after the attack: status, severity or peak"]
