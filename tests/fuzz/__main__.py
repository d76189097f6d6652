"""`python -m tests.fuzz`: every operation, anonymously, as a client contact and as an incident manager.

Each database gets the demo data and a separate server. Single requests are tested first, then sequences that use
earlier responses. schemathesis.toml lists the checks, and the disabled ones with reasons. Exits 1 when anything was
found, or when fewer cases were tried than asked for.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz.databases import fresh_databases
from tests.live import ROOT, manage, new_installation, run_tool, served
from tools.demo.cast import PASSWORD

DESCRIPTION, PLAIN_DESCRIPTION = "openapi.json", "without_headers.json"
HERE = Path(__file__).parent
PHASES = "examples,coverage,fuzzing"
# Who asks, those who change least first. The empty one sends no credentials.
PEOPLE = {"anonymous": "", "client contact": "nora@ims.example", "incident manager": "ines@ims.example"}
# Fuzzed logins must not lock out those who fuzz, nor rates keep them waiting.
PATIENT = {"IMS_LOGIN_FAILURES": "1000000"} | dict.fromkeys(
    ("IMS_RATE_CALLER", "IMS_RATE_ADDRESS", "IMS_RATE_LOGIN"), "off"
)
# The number of runs of sequences for each person.
MAX_RUNS = 40
# The web server bounds the request line; here the application is to answer whatever its length.
UNBOUNDED = ("--limit-request-line", "0")


class Run(NamedTuple):
    """One run of the tool: cases tried, operations selected and reached, and whether anything was found."""

    cases: int
    selected: int
    tested: int
    failed: bool


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = [run for database in fresh_databases(folder) for run in fuzz(database, folder, options)]
    tried = sum(cases for cases, _ in runs)
    print(f"{tried} cases in {len(runs)} runs, seed {options.seed}")
    if tried < options.at_least:
        print(f"fewer than {options.at_least}", file=sys.stderr)
    return int(tried < options.at_least or any(failed for _, failed in runs))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seed", type=int, default=1, help="the same seed tries the same cases")
    parser.add_argument("--examples", type=int, default=20, help="cases of each operation, at most, in fuzzing")
    parser.add_argument("--phases", default=PHASES, help="of single requests")
    parser.add_argument("--in-sequences", type=int, default=1500, metavar="CASES", help="for each of the people")
    parser.add_argument("--at-least", type=int, default=0, metavar="CASES", help="fail when fewer were tried")
    return parser.parse_args()


def fuzz(database: str, folder: Path, options: argparse.Namespace) -> Iterator[tuple[int, bool]]:
    """Fuzz as each of the people; yields how many cases were tried, and whether anything was found."""
    environment = {**new_installation(folder), "DATABASE_URL": database, **PATIENT}
    run_tool(environment, "demo", "--load-only")
    manage(environment, "spectacular", "--format", "openapi-json", "--file", str(folder / DESCRIPTION))
    described = json.loads((folder / DESCRIPTION).read_text())
    (folder / PLAIN_DESCRIPTION).write_text(json.dumps(without_headers(described)))
    with served(environment, *UNBOUNDED, workers=2) as address:
        for who, email in PEOPLE.items():
            caller = {"FUZZ_ADDRESS": f"http://{address}", "FUZZ_EMAIL": email, "FUZZ_PASSWORD": PASSWORD}
            print(f"\n--- {who}, {database.partition(':')[0]}: single requests", flush=True)
            bounds = ("--phases", options.phases, "--max-examples", str(options.examples))
            yield single_requests(schemathesis(DESCRIPTION, caller, folder, "--seed", str(options.seed), *bounds))
            yield from sequences(caller, folder, options)


def single_requests(run: Run) -> tuple[int, bool]:
    """How many cases were tried, and whether anything is wrong: also an operation that nothing was sent to.

    A worker of the tool that breaks down leaves the rest untried, and the tool calls that a success.
    """
    left_out = run.selected - run.tested
    if left_out:
        print(f"{left_out} operations were left out", file=sys.stderr)
    return run.cases, run.failed or left_out > 0


def sequences(caller: dict[str, str], folder: Path, options: argparse.Namespace) -> Iterator[tuple[int, bool]]:
    """Try sequences until there were enough.

    The tool ends a run early when a request that it repeats is answered differently, as is due once it has changed
    something; the next seed goes on from there. That strangers are refused is shown by single requests.
    """
    bounds = ("--phases", "stateful", "--max-examples", "100", "--exclude-checks", "ignored_auth")
    tried = 0
    for seed in range(options.seed, options.seed + MAX_RUNS):
        if tried >= options.in_sequences:
            return
        print(f"\n--- sequences, seed {seed}", flush=True)
        run = schemathesis(PLAIN_DESCRIPTION, caller, folder, "--seed", str(seed), *bounds)
        tried += run.cases
        yield run.cases, run.failed


def without_headers(described: dict[str, Any]) -> dict[str, Any]:
    """The description without the headers of requests.

    Each can be left out, and invented ones would stop nearly every sequence at its first step: a version, an approval.
    Besides, the tool takes X-Request-ID for a reference to a record.
    """
    headers = {name for name, each in described["components"]["parameters"].items() if each["in"] == "header"}
    for path in described["paths"].values():
        for operation in path.values():
            given = operation.get("parameters", [])
            operation["parameters"] = [each for each in given if each.get("$ref", "").rpartition("/")[2] not in headers]
    return described


def schemathesis(description: str, caller: dict[str, str], folder: Path, *options: str) -> Run:
    """Run the tool, which prints its own report."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    command = [str(Path(sys.executable).parent / "st"), "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [description, "--url", caller["FUZZ_ADDRESS"], *options]
    command += ["--report", "json", "--report-json-path", str(report)]
    environment = {**os.environ, **caller, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, check=False)  # noqa: S603
    told = json.loads(report.read_text())
    operations = told["operations"]
    return Run(told["test_cases"]["generated"], operations["selected"], operations["tested"], done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
