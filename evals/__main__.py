"""`python -m evals --agent COMMAND --trials 4` scores an agent; `python -m evals --table` the scripted ones."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests import environment  # noqa: F401 - the environment of tests, before Django is loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
os.environ["DATABASE_URL"] = "sqlite://:memory:"

import django

django.setup()

from django.test.utils import setup_test_environment  # noqa: E402

from core.management.progress import progress_bar  # noqa: E402
from evals.language import Task  # noqa: E402
from evals.report import summary, table  # noqa: E402
from evals.runner import Runner, serving  # noqa: E402
from evals.scoring import Score  # noqa: E402
from evals.tasks import BY_NAME, TASKS  # noqa: E402
from tests.oracle.asking import cheaply  # noqa: E402

REFERENCE = f"{sys.executable} -m evals.agent reference"


def main() -> int:
    options = arguments()
    tasks = [BY_NAME[name] for name in options.task] or list(TASKS)
    setup_test_environment(debug=False)
    with cheaply():
        if options.table:
            return _table(tasks)
        scores = _trials(tasks, options)
    print(summary(scores))
    return int(not all(each.verdict.passed for trials in scores for each in trials))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("--agent", default=REFERENCE, help="the command of an MCP client; default: the reference")
    parser.add_argument("--trials", type=int, default=4, help="trials of each task")
    parser.add_argument("--task", action="append", default=[], choices=sorted(BY_NAME), help="only this task")
    parser.add_argument("--timeout", type=float, default=600, help="seconds that one trial may take")
    parser.add_argument("--stdio", action="store_true", help="the agent starts the server itself (IMS_MCP_COMMAND)")
    parser.add_argument("--table", action="store_true", help="play the scripted agents in this process")
    return parser.parse_args()


def _trials(tasks: Sequence[Task], options: argparse.Namespace) -> list[list[Score]]:
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder), options.agent, options.timeout)
        start = runner.start()
        if options.stdio:
            return _each(tasks, options.trials, runner, start)
        with serving() as runner.url:
            return _each(tasks, options.trials, runner, start)


def _each(tasks: Sequence[Task], trials: int, runner: Runner, start: dict[str, object]) -> list[list[Score]]:
    scores: list[list[Score]] = []
    with progress_bar("Tasks", len(tasks) * trials) as show:
        for task in tasks:
            scores.append([])
            for _ in range(trials):
                scores[-1].append(runner.trial(task, start))
                show(sum(map(len, scores)))
    return scores


def _table(tasks: Sequence[Task]) -> int:
    """Play every scripted agent, and compare the failures with those that the tasks name."""
    from evals.here import scored  # noqa: PLC0415
    from evals.scripted import AGENTS  # noqa: PLC0415
    from tests import database  # noqa: PLC0415

    database.create()
    found = {agent: scored(agent, tasks) for agent in AGENTS}
    print(table(found))
    wrong = [
        f"{agent}: {each.task.name} {each.verdict}"
        for agent, scores in found.items()
        for each in scores
        if each.verdict.passed == (agent in each.task.fails)
    ]
    print(*wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
