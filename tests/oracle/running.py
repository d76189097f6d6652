"""Runs of the machine: as many as asked for, always the same ones for a seed."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.oracle.machine import People, findings

LENGTH = 50


def play(number: int, runs: int) -> int:
    """Play some runs that the number decides; returns how many steps asked something, in all until now."""
    quiet = settings(
        max_examples=runs,
        stateful_step_count=LENGTH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(People), settings=quiet)
    return sum(findings.asked.values())


def told() -> str:
    """Every kind of disagreement with its first case."""
    return "\n\n".join(f"--- {kind}\n{case}" for kind, case in sorted(findings.disagreements.items()))
