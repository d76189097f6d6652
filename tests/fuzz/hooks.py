"""Loaded by schemathesis: logs in as the person that FUZZ_EMAIL names, and again whenever a token is given back."""

import os
import re
from typing import Any

import schemathesis
from hypothesis import strategies

import tests.fuzz.checks
import tests.fuzz.sensible  # noqa: F401 - both register what they hold
from tests.fuzz.world import log_in

# Parameters that the tool adds to test unknown headers; HTTP has them ignored.
ADDED = "x-schemathesis-unknown-property"
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# Values of the description's own formats.
FORMATS = {
    "phone": ["+4930123456", "+442079460000", "+12025550123"],
    "time-zone": ["UTC", "Europe/Berlin", "Asia/Kolkata"],
}

for name, values in FORMATS.items():
    schemathesis.openapi.format(name, strategies.sampled_from(values))


@schemathesis.hook
def filter_headers(context: Any, headers: dict[str, Any]) -> bool:
    """The web server refuses control characters in headers itself: such a request never reaches the application."""
    given = headers or {}
    return ADDED not in given and not any(CONTROL.search(str(value)) for value in given.values())


class Login:
    """The header of a logged-in person."""

    def get(self, case: Any, context: Any) -> str:
        return log_in()

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = data


if os.environ["FUZZ_EMAIL"]:
    schemathesis.auth()(Login)
