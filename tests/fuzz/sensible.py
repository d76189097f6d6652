"""Requests that make sense, now and then: random ones alone seldom get beyond the first check of a policy.

What fits the description refers to records that are there. In sequences, most first steps are whole lists and the
description's own examples, so that something follows from them.
"""

import zlib
from copy import deepcopy
from typing import Any

import schemathesis
from schemathesis import GenerationMode

from tests.fuzz.world import refer

STATEFUL = "stateful"
JSON = "application/json"
# One in this many steps of a sequence stays random.
RANDOM_STEPS = 4


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    # The same case always becomes the same request: the tool repeats what it reports.
    choice = zlib.crc32(repr((case.operation.label, case.path_parameters, case.query, case.body)).encode())
    if case.meta.phase.name.value == STATEFUL:
        # Links hand on what records lack, too, and the tool would ask for the text "None".
        case.query = {name: value for name, value in (case.query or {}).items() if value is not None}
        if choice % RANDOM_STEPS:
            make_sensible(case)
    if isinstance(case.body, dict):
        refer(case.body, choice)


def make_sensible(case: Any) -> None:
    """Request every record of a list; send the description's example, merged with the values of a link."""
    if case.method == "GET":
        case.query = {}
    elif (example := example_of(case.operation)) is not None and isinstance(case.body, dict):
        linked = {name for name in case.body if name.endswith("_id")}
        case.body = {**deepcopy(example), **{name: case.body[name] for name in linked & example.keys()}}


def example_of(operation: Any) -> dict[str, Any] | None:
    """The first example of a body in the description."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {}).get(JSON, {})
    return next((each["value"] for each in content.get("examples", {}).values()), None)
