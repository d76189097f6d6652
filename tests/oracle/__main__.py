"""`python -m tests.oracle`: the long comparison, on the database that DATABASE_URL names (SQLite in memory without).

Always the same runs for a seed. What was done is kept in a file, so that a run that was stopped goes on where it was;
`--fresh` begins again. Exits 1 when the two disagreed.
"""

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

import tests.environment  # noqa: F401 - the test environment, before Django is loaded
from core.management.progress import progress_bar

# Runs between two notes of how far one is.
BATCH = 20


def main() -> int:
    options = arguments()
    prepare()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        done = compare(options)
    finally:
        teardown_databases(databases, verbosity=0)
    print(table(done))
    print(f"{done['steps']} steps on {connection.vendor}, seed {options.seed}: {len(done['found'])} disagreements")
    return int(bool(done["found"]))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000, help="requests to compare")
    parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same runs")
    parser.add_argument("--fresh", action="store_true", help="forget what an earlier run has done")
    return parser.parse_args()


def prepare() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    django.setup()
    setup_test_environment(debug=False)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Play batch after batch until enough was asked; returns what all of them found."""
    from tests.oracle.machine import findings  # noqa: PLC0415 - models can be imported only once Django is ready
    from tests.oracle.running import play  # noqa: PLC0415

    kept = Path("var") / f"oracle-{connection.vendor}-{options.seed}.json"
    done = {"batch": 0, "steps": 0, "found": {}, "asked": {}} if options.fresh or not kept.exists() else load(kept)
    findings.asked = Counter({tuple(key.split(" → ")): count for key, count in done["asked"].items()})
    findings.disagreements = done["found"]
    with progress_bar("Comparing", options.steps) as show:
        while done["steps"] < options.steps:
            done["steps"] = play(options.seed * 1_000_000 + done["batch"], BATCH)
            done["batch"] += 1
            done["asked"] = {" → ".join(key): count for key, count in sorted(findings.asked.items())}
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(json.dumps(done, indent=1, ensure_ascii=False), encoding="utf-8")
            show(min(done["steps"], options.steps))
    return done


def load(kept: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def table(done: dict[str, Any]) -> str:
    """How often each operation was answered how, and every kind of disagreement with its first case."""
    lines = [f"{count:8} {what}" for what, count in done["asked"].items()]
    return "\n".join([*lines, *(f"\n--- {kind}\n{case}" for kind, case in sorted(done["found"].items()))])


if __name__ == "__main__":
    sys.exit(main())
