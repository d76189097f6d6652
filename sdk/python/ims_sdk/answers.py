"""Responses without unions: the success, or an exception."""

from typing import TypeVar

from ims_client.models import Problem

Answer = TypeVar("Answer")


class Refused(Exception):
    """The server refused: `problem` contains the code, every failing item, the rule and the next step."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.code}: {problem.detail} {problem.next_}")


def answer(parsed: Answer | Problem | None) -> Answer:
    """The response of a successful request. Raises Refused."""
    if isinstance(parsed, Problem):
        raise Refused(parsed)
    if parsed is None:
        raise ValueError("the response is not documented in the OpenAPI description")
    return parsed
