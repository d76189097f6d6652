"""Scripted agents in this process: each task in a transaction that is rolled back."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from agents.entry_point import call_tool
from agents.requests import Caller
from evals.language import Task
from evals.scoring import Score, score
from evals.scripted import play
from evals.world import World, house, prepare


def scored(agent: str, tasks: Iterable[Task]) -> list[Score]:
    """The scores of a scripted agent, one trial for each task."""
    with transaction.atomic():
        start = house()
        scores = [_one(agent, task, start) for task in tasks]
        transaction.set_rollback(True)
    return scores


def _one(agent: str, task: Task, start: World) -> Score:
    with transaction.atomic():
        world, secret, token_id = prepare(task, start)

        def call(tool: str, arguments: Mapping[str, Any]) -> tuple[bool, Any]:
            result = call_tool(Caller(secret), tool, arguments)
            return result.refused, result.document

        play(agent, task, call)
        found = score(task, world, token_id)
        transaction.set_rollback(True)
    return found
