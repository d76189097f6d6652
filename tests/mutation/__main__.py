"""`python -m tests.mutation`: mutate the modules that state the rules, and check whether their tests detect it.

Results are kept in var/mutation/, so that a run that was stopped goes on; `--fresh` begins again. `--sample 0.2` takes
a part of the mutants, the same ones for a seed. Exits 1 when fewer are killed than `--at-least` percent.
"""

import argparse
import importlib
import json
import os
import random
import sys
from collections.abc import Callable

import tests.environment  # noqa: F401 - the test environment, before Django is loaded
from core.management.progress import progress_bar
from tests.mutation import reaching
from tests.mutation.ledger import Ledger, score, table
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.sessions import UNREACHED, UNSETTLED, Job, Pool, run_imported, run_loaded
from tests.mutation.targets import TARGETS, Target

LIBRARIES = (
    "django.contrib.admin",
    "django.db.backends.sqlite3.base",
    "django.forms",
    "django_filters",
    "drf_spectacular.utils",
    "factory",
    "holidays",
    "hypothesis",
    "phonenumbers",
    "rest_framework",
    "structlog",
    "time_machine",
)


def main() -> int:
    options = arguments()
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    targets = [target for target in TARGETS if options.only in target.path]
    wanted = chosen(targets, options)
    reach = measured(targets)
    ledger = Ledger(reaching.KEPT / "results.jsonl", fresh=options.fresh)
    if options.retry:
        ledger.forget_survivors()
    open_jobs = [job_of(each, reach) for each in wanted if each.key not in ledger.known]
    with progress_bar("Mutants", len(wanted)) as show:
        run(
            open_jobs,
            ledger,
            reach.seconds,
            options.workers,
            lambda: show(sum(each.key in ledger.known for each in wanted)),
        )
    rows = [ledger.known[each.key] for each in wanted]
    told = f"{table(rows)}\n\n{len(rows)} mutants, {score(rows):.1f} % killed"
    (reaching.KEPT / "report.txt").write_text(told + "\n", encoding="utf-8")
    print(told)
    return int(score(rows) < options.at_least)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--only", default="", help="only modules whose path contains this")
    parser.add_argument("--sample", type=float, default=1.0, help="the part of all mutants to try, 0 to 1")
    parser.add_argument("--seed", type=int, default=1, help="the same seed takes the same sample")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--fresh", action="store_true", help="forget the results of earlier runs")
    parser.add_argument("--retry", action="store_true", help="try again what lived in earlier runs")
    parser.add_argument("--at-least", type=float, default=85.0, help="percent of mutants that must be killed")
    return parser.parse_args()


def chosen(targets: list[Target], options: argparse.Namespace) -> list[Mutant]:
    found = [each for target in targets for each in mutants_of(target)]
    if options.sample < 1:
        found = random.Random(options.seed).sample(found, round(len(found) * options.sample))  # noqa: S311
    return found


def measured(targets: list[Target]) -> reaching.Reach:
    """The lines that each test of these reaches, measured in a separate process after a change of the code."""
    file = reaching.measured_file(targets)
    if not file.exists():
        if (child := os.fork()) == 0:
            reaching.measure(targets, file)
            os._exit(0)
        os.waitpid(child, 0)
    return reaching.Reach(json.loads(file.read_text(encoding="utf-8")))


def job_of(mutant: Mutant, reach: reaching.Reach) -> Job:
    tests = reach.tests_of(mutant)
    return Job(mutant, tests, sum(reach.seconds[name] for name in tests), reach.at_import(mutant))


def run(jobs: list[Job], ledger: Ledger, seconds: dict[str, float], workers: int, show: Callable[[], None]) -> None:
    """First in forks of one loaded session; what it could not settle, in sessions that import the mutant."""
    for job in jobs:
        if not job.tests:
            ledger.add(job.mutant, UNREACHED, "")
    unsettled = {job.mutant.key: job for job in jobs if job.tests}
    loaded = bool(unsettled)
    reading, writing = os.pipe()
    if loaded and (server := os.fork()) == 0:
        os.close(reading)
        serve(list(unsettled.values()), seconds, workers, writing)
    os.close(writing)
    with os.fdopen(reading) as results:
        for line in results:
            row = json.loads(line)
            ledger.add(unsettled.pop(row["key"]).mutant, row["status"], row["by"])
            show()
    if loaded:
        os.waitpid(server, 0)
    load_libraries()

    def done(job: Job, status: str, by: str) -> None:
        ledger.add(job.mutant, status, by)
        show()

    Pool(workers, done).run(list(unsettled.values()), run_imported)


def serve(jobs: list[Job], seconds: dict[str, float], workers: int, writing: int) -> None:
    """In a separate process: run the mutants, and write each settled result into the pipe. Never returns."""

    def done(job: Job, status: str, by: str) -> None:
        if status != UNSETTLED:
            row = json.dumps({"key": job.mutant.key, "status": status, "by": by})
            os.write(writing, f"{row}\n".encode())

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    try:
        run_loaded(jobs, Pool(workers, done), seconds)
    finally:
        os._exit(0)


def load_libraries() -> None:
    """Load the modules that no mutant changes once for all forks."""
    for name in LIBRARIES:
        importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())
