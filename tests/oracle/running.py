"""Batches of runs: always the same ones for a seed. All runs of a batch begin with one world, and are undone."""

from copy import deepcopy
from random import Random

import time_machine
from django.db import transaction

from tests.oracle.asking import Line
from tests.oracle.findings import Findings
from tests.oracle.foci import IN_TURN, Focus
from tests.oracle.machine import START, Run
from tests.oracle.seeds import seeded

LENGTH = 90


def play(number: int, runs: int, findings: Findings) -> None:
    """Play some runs that the number decides, each focus in turn."""
    names = IN_TURN
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        world, line = seeded(START), Line(clock)
        for run in range(runs):
            draw = Random(f"{number}/{run}")  # noqa: S311 - nothing secret is drawn
            with transaction.atomic():
                clock.move_to(START)
                focus = Focus(names[run % len(names)])
                Run(deepcopy(world), draw, focus, findings, line).play(LENGTH)
                transaction.set_rollback(True)
        transaction.set_rollback(True)
