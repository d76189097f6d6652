"""How much a drill does: everything, or the short form for CI."""

import os
from typing import TypeVar

T = TypeVar("T")
SHORT = "DRILLS_SHORT"


def scaled(full: T, short: T) -> T:
    return short if os.environ.get(SHORT) else full
