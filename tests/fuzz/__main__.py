"""`python -m tests.fuzz`: every operation, as nobody, as a client contact and as an incident manager.

Each database gets the demonstration's world and a server of its own. What is checked, and what is not and why, stands
in schemathesis.toml. Exits 1 when anything was found, or when fewer cases were tried than asked for.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ims.demo.cast import PASSWORD
from tests.fuzz.databases import fresh_databases
from tests.live import ROOT, manage, new_installation, served

DESCRIPTION = "openapi.json"
HERE = Path(__file__).parent
PHASES = "examples,coverage,fuzzing,stateful"
# Who asks, those who change least first. The empty one logs in as nobody.
PEOPLE = {"anonymous": "", "client contact": "carl@ims.example", "incident manager": "ines@ims.example"}
# Fuzzed logins must not lock out those who fuzz, nor rates keep them waiting.
PATIENT = {"IMS_LOGIN_FAILURES": "1000000"} | dict.fromkeys(
    ("IMS_RATE_CALLER", "IMS_RATE_ADDRESS", "IMS_RATE_LOGIN"), "off"
)
# The web server bounds the request line; here the application is to answer whatever its length.
UNBOUNDED = ("--limit-request-line", "0")


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
    parser.add_argument("--phases", default=PHASES)
    parser.add_argument("--at-least", type=int, default=0, metavar="CASES", help="fail when fewer were tried")
    return parser.parse_args()


def fuzz(database: str, folder: Path, options: argparse.Namespace) -> Iterator[tuple[int, bool]]:
    """Fuzz as each of the people; yields how many cases were tried, and whether anything was found."""
    environment = {**new_installation(folder), "DATABASE_URL": database, **PATIENT}
    manage(environment, "demo", "--load-only")
    manage(environment, "spectacular", "--format", "openapi-json", "--file", str(folder / DESCRIPTION))
    with served(environment, *UNBOUNDED, workers=2) as address:
        for who, email in PEOPLE.items():
            print(f"\n--- {who}, {database.partition(':')[0]}", flush=True)
            yield schemathesis(f"http://{address}", email, folder, options)


def schemathesis(address: str, email: str, folder: Path, options: argparse.Namespace) -> tuple[int, bool]:
    report = folder / "report.json"
    command = [str(Path(sys.executable).parent / "st"), "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [DESCRIPTION, "--url", address, "--phases", options.phases]
    command += ["--seed", str(options.seed), "--max-examples", str(options.examples)]
    command += ["--report", "json", "--report-json-path", str(report)]
    told = {"PYTHONPATH": str(ROOT), "FUZZ_ADDRESS": address, "FUZZ_EMAIL": email, "FUZZ_PASSWORD": PASSWORD}
    done = subprocess.run(command, cwd=folder, env={**os.environ, **told}, check=False)  # noqa: S603
    return json.loads(report.read_text())["test_cases"]["generated"], done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
