"""`python -m tests.drills`: carry out the drills, and end with one table.

`--only NAME,NAME` selects some; `--short` leaves some out and does less in the others, for CI.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.drills.results import Result, Skipped
from tests.drills.scale import SHORT

# In the order of the table: module and function of each drill.
DRILLS = {
    "crash": "outages.crash",
    "restart": "outages.restart",
    "freeze": "outages.freeze",
    "read-only": "outages.read_only",
    "full-disk": "outages.full_disk",
    "connections": "outages.connections",
    "standby": "failover.standby",
    "locks": "load.locks",
    "races": "races.races",
    "clocks": "failover.clocks",
    "slow-clients": "load.slow_clients",
    "logins": "load.logins",
    "verifications": "load.verifications",
    "reload": "failover.reload",
    "port": "failover.port",
    "backup": "moves.backup",
    "move": "moves.move",
    "pgbouncer": "moves.pgbouncer",
    "pooled-races": "races.pooled_races",
    "soak": "soak.soak",
}
# Left out of the short form: they take long, need more than CI has, or compare times near their limit.
LONG = ("full-disk", "connections", "locks", "logins", "verifications", "move", "backup", "soak")


def main() -> int:
    """Returns the number of drills that failed."""
    reader = argparse.ArgumentParser(prog="python -m tests.drills")
    reader.add_argument("--only", default="", help=f"of: {', '.join(DRILLS)}")
    reader.add_argument("--short", action="store_true", help=f"without {', '.join(LONG)}, and less in each")
    asked = reader.parse_args()
    if asked.short:
        os.environ[SHORT] = "1"
    names = asked.only.split(",") if asked.only else [each for each in DRILLS if not (asked.short and each in LONG)]
    if unknown := set(names) - set(DRILLS):
        reader.error(f"unknown: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends what runs, as an interrupt does
    table, failed = Table("drill", "seconds", "figure", "holds"), 0
    progress = Console(stderr=True, width=140)
    for name in track(names, "drills", console=progress, transient=True):
        began, (figure, holds) = time.monotonic(), _result_of(name)
        failed += holds == "NO"
        progress.print(f"{name}: {figure}: {holds}", markup=False)
        table.add_row(name, f"{time.monotonic() - began:.0f}", figure, holds)
    Console(width=140).print(table)
    return failed


def _result_of(name: str) -> tuple[str, str]:
    try:
        module, function = DRILLS[name].split(".")
        drill: Callable[[], Result] = getattr(import_module(f"tests.drills.{module}"), function)
        result = drill()
    except Skipped as reason:
        return f"skipped: {reason}", "-"
    except Exception as error:
        return f"interrupted: {type(error).__name__}: …{str(error)[-300:]}", "NO"
    return result.figure, "yes" if result.holds else "NO"


if __name__ == "__main__":
    sys.exit(min(main(), 1))
