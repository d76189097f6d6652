"""Answers without their unions: what was asked for, or an exception."""

from typing import TypeVar

from ims_client.models import Problem

Answer = TypeVar("Answer")


class Refused(Exception):
    """The server refused: `problem` tells the code, every failing item, the rule and what to do next."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.code}: {problem.detail} {problem.next_}")


def answer(parsed: Answer | Problem | None) -> Answer:
    """What the server answered, if it did what it was asked. Raises Refused."""
    if isinstance(parsed, Problem):
        raise Refused(parsed)
    if parsed is None:
        raise ValueError("the answer is not one of those that are described")
    return parsed
