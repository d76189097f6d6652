"""Load by wrk, from a separate process on this machine."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.running import doing, run

HERE = Path(__file__).parent
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


class Measured(NamedTuple):
    """Requests per second, and how long the middle one and the hundredth slowest took, in seconds."""

    rate: float
    p50: float
    p99: float


class Load:
    """A load generator: the data of its requests, and the seconds of each measurement.

    `told` is what benchmarks.world has told. No two creations are for the same thing, whichever server carries them
    out: each run begins beyond those that the runs before it can have made.
    """

    def __init__(self, told: Mapping[str, Any], seconds: float) -> None:
        self._told, self._seconds, self._next = told, seconds, 0

    def run(self, address: str, name: str, *, connections: int = 8, seconds: float | None = None) -> Measured:
        """Repeat the request on a number of connections. Raises RuntimeError when wrk or an answer failed."""
        asked, lasting = self._told["requests"][name], seconds or self._seconds
        command = ["wrk", "--latency", "--timeout", "30s", "-t", "1", "-c", str(connections), "-d", f"{lasting}s"]
        command += ["-H", f"Authorization: Token {self._told['token']}", "-H", "Content-Type: application/json"]
        script = asked.get("script", "post.lua" if "body" in asked else "")
        command += ["-s", str(HERE / script)] if script else []
        variables = {f"BENCH_{key.upper()}": str(value) for key, value in self._told["numbers"].items()}
        variables |= {"BENCH_OFFSET": str(self._next), "BENCH_BODY": json.dumps(asked.get("body"))}
        with doing(f"Asking for {name!r}, {connections} at a time, for {lasting} s"):
            measured = read(run([*command, f"http://{address}{asked['path']}"], {**os.environ, **variables}))
        if name == "create":
            self._next += 2 * round(measured.rate * lasting) + connections
        return measured


def read(report: str) -> Measured:
    """The figures that wrk reports. Raises RuntimeError for errors among the answers."""
    failures = [line.strip() for line in report.splitlines() if "Non-2xx" in line or "Socket errors" in line]
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    if failures or rate is None:
        raise RuntimeError("; ".join(failures) or report)
    return Measured(float(rate[1]), _seconds(report, "50%"), _seconds(report, "99%"))


def _seconds(report: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)([a-z]+)", report)
    if found is None:
        raise RuntimeError(report)
    return float(found[1]) * UNITS[found[2]]
