"""`python -m tests.drills`: carry out the drills, and end with one table. `--only NAME,NAME` selects some."""

import argparse
import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.drills import load, moves, outages
from tests.drills.results import Result, Skipped

DRILLS: dict[str, Callable[[], Result]] = {
    "crash": outages.crash,
    "restart": outages.restart,
    "freeze": outages.freeze,
    "read-only": outages.read_only,
    "full-disk": outages.full_disk,
    "connections": outages.connections,
    "races": load.races,
    "slow-clients": load.slow_clients,
    "logins": load.logins,
    "verifications": load.verifications,
    "backup": moves.backup,
    "move": moves.move,
    "pgbouncer": moves.pgbouncer,
}


def main() -> int:
    """Returns the number of drills that failed."""
    reader = argparse.ArgumentParser(prog="python -m tests.drills")
    reader.add_argument("--only", default=",".join(DRILLS), help=f"of: {', '.join(DRILLS)}")
    names = reader.parse_args().only.split(",")
    if unknown := set(names) - set(DRILLS):
        reader.error(f"unknown: {', '.join(sorted(unknown))}")
    table, failed = Table("drill", "seconds", "figure", "holds"), 0
    for name in track(names, "drills", console=Console(stderr=True), transient=True):
        began, (figure, holds) = time.monotonic(), _result_of(name)
        failed += holds == "NO"
        table.add_row(name, f"{time.monotonic() - began:.0f}", figure, holds)
    Console(width=140).print(table)
    return failed


def _result_of(name: str) -> tuple[str, str]:
    try:
        result = DRILLS[name]()
    except Skipped as reason:
        return f"skipped: {reason}", "-"
    except Exception as error:
        return f"interrupted: {type(error).__name__}: {error}"[:200], "NO"
    return result.figure, "yes" if result.holds else "NO"


if __name__ == "__main__":
    sys.exit(min(main(), 1))
