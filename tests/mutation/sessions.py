"""Runs tests against mutants, each in a process forked for it.

A mutant of a function replaces the function's code in a session that has loaded everything already. There, a mutant of
code that an import executes, such as a table, replaces the loaded value; if it lives, a separate session imports it and
runs all its tests.
"""

import gc
import importlib.abc
import importlib.machinery
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.reaching import ARGUMENTS

KILLED, SURVIVED, TIMEOUT, UNREACHED = "killed", "survived", "timeout", "no test"
# A mutant of a table that the loaded session did not kill: a session that imports it decides.
UNSETTLED = "unsettled"
# The seconds of tests that the loaded session spends on one of these.
FIRST_TRIAL = 12.0
LEAST_SECONDS, PATIENCE, WALL = 15, 4, 8


@dataclass
class Job:
    mutant: Mutant
    tests: list[str]
    seconds: float
    at_import: bool = False


Run = Callable[[Job, int], None]


class Pool:
    """Forks a process for each job, several in parallel, and reads its pipe."""

    def __init__(self, workers: int, done: Callable[[Job, str, str], None]) -> None:
        self.workers, self.done = workers, done
        self.running: dict[int, tuple[Job, int, float]] = {}
        self.killers: dict[str, Counter[str]] = {}

    def run(self, jobs: list[Job], run: Run) -> None:
        for job in jobs:
            while len(self.running) >= self.workers:
                self._reap()
            self._start(job, run)
        while self.running:
            self._reap()

    def _start(self, job: Job, run: Run) -> None:
        """Tests that have killed others of this module run first."""
        killers = self.killers.setdefault(job.mutant.path, Counter())
        job.tests.sort(key=lambda name: -killers[name])
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            limit = int(LEAST_SECONDS + PATIENCE * job.seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
            _child(job, run, writing)
        os.close(writing)
        wall = time.monotonic() + WALL * (LEAST_SECONDS + PATIENCE * job.seconds)
        self.running[child] = (job, reading, wall)

    def _reap(self) -> None:
        for child, (job, reading, wall) in list(self.running.items()):
            if os.waitpid(child, os.WNOHANG)[0]:
                with os.fdopen(reading) as pipe:
                    killer = pipe.read()
                del self.running[child]
                self._settle(job, killer)
            elif time.monotonic() > wall:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.01)

    def _settle(self, job: Job, said: str) -> None:
        answer = json.loads(said) if said else {"status": TIMEOUT, "by": ""}
        if answer["by"]:
            self.killers[job.mutant.path][answer["by"]] += 1
        self.done(job, answer["status"], answer["by"])


def _child(job: Job, run: Run, writing: int) -> None:
    """In the forked process: never returns."""
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        run(job, writing)
    except BaseException as error:  # any error of a mutant on import kills it
        tell(writing, KILLED, f"import: {type(error).__name__}")
    finally:
        os._exit(0)


def tell(writing: int, status: str, by: str = "") -> None:
    """Write the answer of a forked process, and end it."""
    os.write(writing, json.dumps({"status": status, "by": by}).encode())
    os._exit(0)


class StopAtFailure:
    """Ends the process at the first failed test."""

    def __init__(self, writing: int) -> None:
        self.writing = writing
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            tell(self.writing, KILLED, report.nodeid)
        self.passed += report.when == "call" and report.passed

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            tell(self.writing, KILLED, f"import: {report.nodeid}")


def run_imported(job: Job, writing: int) -> None:
    """Import the mutant instead of its module, and run the tests in a separate session."""
    sys.meta_path.insert(0, MutantFinder(job.mutant))
    stop = StopAtFailure(writing)
    ended = pytest.main([*ARGUMENTS, *job.tests], plugins=[stop])
    tell(writing, *((SURVIVED, "") if ended == 0 and stop.passed else (KILLED, f"session: {ended}")))


class MutantFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Loads one module from a mutant's source."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = mutant.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=str(ROOT / self.mutant.path))

    def get_source(self, fullname: str) -> str:
        return self.mutant.source

    def exec_module(self, module: Any) -> None:
        module.__file__ = str(ROOT / self.mutant.path)
        exec(compile(self.mutant.source, module.__file__, "exec"), module.__dict__)  # noqa: S102


class LoadedSession:
    """The session that has loaded everything, and whose forks run the mutants of functions."""

    def __init__(self, jobs: list[Job], pool: Pool, seconds: dict[str, float]) -> None:
        self.jobs, self.pool, self.seconds = jobs, pool, seconds
        self.functions: dict[tuple[str, str], list[FunctionType]] = {}
        self.items: dict[str, pytest.Item] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Before the suite excludes loaded objects from garbage collection."""
        wanted = {str(ROOT / job.mutant.path) for job in self.jobs}
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename in wanted:
                self.functions.setdefault((each.__code__.co_filename, each.__code__.co_qualname), []).append(each)
        self.items = {item.nodeid: item for item in session.items}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        first = next(each for each in session.items if each.get_closest_marker("django_db"))
        another = next(each for each in session.items if each.path != first.path)
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=another)
        live = [job for job in self.jobs if not job.at_import and self._functions_of(job)]
        self.pool.run(live, self._run)
        keys = {job.mutant.key for job in live}
        self.pool.run([job for job in self.jobs if job.mutant.key not in keys], self._try_value)
        return True

    def _functions_of(self, job: Job) -> list[FunctionType]:
        return self.functions.get((str(ROOT / job.mutant.path), job.mutant.function), [])

    def _run(self, job: Job, writing: int) -> None:
        self._apply(job.mutant)
        self._test(job.tests, writing)
        tell(writing, SURVIVED)

    def _try_value(self, job: Job, writing: int) -> None:
        """A table or declaration changed in the loaded modules: the first tests, for as long as a trial lasts."""
        from tests.mutation.values import apply_value  # noqa: PLC0415 - loads the product

        if apply_value(job.mutant):
            spent = accumulate(self.seconds.get(name, 1.0) for name in job.tests)
            self._test([name for name, until in zip(job.tests, spent, strict=True) if until < FIRST_TRIAL], writing)
        tell(writing, UNSETTLED)

    def _test(self, names: list[str], writing: int) -> None:
        """Run tests; the first failure ends the process."""
        items = [self.items[name] for name in names if name in self.items]
        if not items:
            return
        manager = items[0].config.pluginmanager
        manager.register(StopAtFailure(writing))
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def _apply(self, mutant: Mutant) -> None:
        path = str(ROOT / mutant.path)
        for code in _codes(compile(mutant.source, path, "exec")):
            if code.co_qualname.startswith(mutant.function):
                for function in self.functions.get((path, code.co_qualname), ()):
                    if code.co_freevars == function.__code__.co_freevars:
                        function.__code__ = code


def _codes(code: CodeType) -> list[CodeType]:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return [*inner, *(each for one in inner for each in _codes(one))]


def run_loaded(jobs: list[Job], pool: Pool, seconds: dict[str, float]) -> None:
    """Run the mutants of functions, and try those of tables; ends the process."""
    names = sorted({name.split("::")[0] for job in jobs for name in job.tests})
    pytest.main([*ARGUMENTS, "-s", *names], plugins=[LoadedSession(jobs, pool, seconds)])
