"""`python -m tests.oracle`: the long comparison, on the database that DATABASE_URL names (SQLite in memory without).

Always the same runs for a seed. What was done is kept in files in var/, so that an interrupted run continues; `--fresh`
begins again. Exits 1 when the two disagreed.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import tests.environment  # noqa: F401 - the test environment, before Django is loaded
from core.management.progress import progress_bar
from tests.oracle.findings import Findings
from tests.oracle.journal import Journal, code_now, sittings, table
from tests.oracle.policy import TABLE

# Runs between two notes of how far one is.
BATCH = 18


def main() -> int:
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    vendor = os.environ["DATABASE_URL"].partition(":")[0]
    code = code_now()
    journals = [
        Journal(Path("var"), f"{vendor}-{options.seed}-{part}", options.fresh, code)
        for part in range(options.processes)
    ]
    share = -(-options.steps // options.processes)
    children = {part: start(part, journal, share, options) for part, journal in enumerate(journals)}
    failed = wait(children, journals, share, options.steps)
    done = Journal.together(journals)
    print(table(done, TABLE))
    if resumed := sittings(journals):
        print(resumed)
    print(f"{done.steps} steps on {vendor}, seed {options.seed}: {len(done.disagreements)} disagreements")
    return int(bool(done.disagreements) or failed)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000, help="requests to compare")
    parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same runs")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="each with a separate database")
    parser.add_argument("--fresh", action="store_true", help="discard the results of earlier runs")
    return parser.parse_args()


def start(part: int, journal: Journal, share: int, options: argparse.Namespace) -> int:
    """Fork a process that plays every so-manieth batch; returns its id."""
    child = os.fork()
    if child:
        return child
    try:
        compare(part, journal, share, options)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        os._exit(1)
    os._exit(0)


def compare(part: int, journal: Journal, share: int, options: argparse.Namespace) -> None:
    """Run batches until the number of steps is reached."""
    import django  # noqa: PLC0415 - each process has its own connections

    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from tests import database  # noqa: PLC0415
    from tests.oracle.asking import cheaply  # noqa: PLC0415
    from tests.oracle.running import play  # noqa: PLC0415

    def played(number: int) -> Findings:
        batch = Findings()
        play(number, BATCH, batch)
        return batch

    setup_test_environment(debug=False)
    if connection.vendor != "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"test_{connection.settings_dict['NAME']}_oracle_{part}"
    before = database.create()
    try:
        with cheaply():
            for number in journal.to_repeat():
                journal.repeat(number, played(number))
            while journal.findings.steps < share:
                number = options.seed * 1_000_000 + journal.batches * options.processes + part
                journal.keep(number, played(number))
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def wait(children: dict[int, int], journals: list[Journal], share: int, steps: int) -> bool:
    """Show how far all are until they have ended; whether any of them failed."""
    failed = False
    with progress_bar("Comparing", steps) as show:
        while children:
            for part, child in list(children.items()):
                ended, status = os.waitpid(child, os.WNOHANG)
                if ended:
                    failed = failed or status != 0
                    del children[part]
            show(min(steps, sum(journal.read().steps for journal in journals)))
            time.sleep(0.5)
    return failed


if __name__ == "__main__":
    sys.exit(main())
