"""Scripted adversaries: whatever they call, the rules hold. `make agents-trial` plays many more of them."""

import pytest

from tests.agents.trial import STRATEGIES, play

SHORT = 12


@pytest.mark.django_db
@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_an_adversary_breaks_nothing(strategy):
    assert [breach for seed in range(SHORT // 4) for breach in play(strategy, seed)] == []
