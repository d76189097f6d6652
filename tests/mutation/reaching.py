"""Which test executes which line of the targets, and how long it takes: measured once for each state of the code."""

import hashlib
import json
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import coverage
import pytest

from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.targets import TARGETS, Target

KEPT = ROOT / "var" / "mutation"
ARGUMENTS = ["-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider", "-q", "--no-header"]


class Reach:
    """The tests that reach a mutant, those that are quick first."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.lines: dict[str, dict[str, list[int]]] = found["lines"]
        self.seconds: dict[str, float] = found["seconds"]
        self.names: list[str] = found["names"]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Code that an import executes is reached by every test of the module."""
        paths = _files(mutant.path)
        reached = self._reached(mutant)
        kept = [name for name in (self.names if reached is None else reached) if name.split("::")[0] in paths]
        return sorted(kept, key=lambda name: self.seconds.get(name, 1.0))

    def at_import(self, mutant: Mutant) -> bool:
        return self._reached(mutant) is None

    def _reached(self, mutant: Mutant) -> list[str] | None:
        lines = self.lines.get(mutant.path, {})
        at = lines.get(str(mutant.line))
        if not mutant.function or (at is not None and -1 in at):
            return None
        return [self.names[each] for each in at or ()]


def _files(path: str) -> set[str]:
    target = next(each for each in TARGETS if each.path == path)
    return set(files_of(target.tests))


def files_of(tests: tuple[str, ...]) -> list[str]:
    """The test files of these paths: files, or every test file of a folder."""
    named: list[str] = []
    for test in tests:
        path = ROOT / test
        found = sorted(path.glob("test_*.py")) if path.is_dir() else [path]
        named += [str(each.relative_to(ROOT)) for each in found]
    return list(dict.fromkeys(named))


def all_files(targets: Sequence[Target]) -> list[str]:
    return list(dict.fromkeys(name for target in targets for name in files_of(target.tests)))


def state(targets: Sequence[Target]) -> str:
    """A digest of every input of the measurement."""
    found = hashlib.sha256()
    for path in [*(each.path for each in targets), *all_files(targets)]:
        found.update(path.encode() + (ROOT / path).read_bytes())
    return found.hexdigest()[:16]


def measured_file(targets: Sequence[Target]) -> Path:
    return KEPT / f"reach-{state(targets)}.json"


class Watch:
    """Switches the context of the measurement for each test, and remembers how long each took."""

    def __init__(self, measuring: coverage.Coverage) -> None:
        self.measuring, self.seconds, self.failed = measuring, {}, []  # type: ignore[var-annotated]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.measuring.switch_context(item.nodeid)
        began = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = round(time.process_time() - began, 4)
            self.measuring.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def measure(targets: Sequence[Target], file: Path) -> None:
    """Run every test of these targets once. Ends the process, because its imports must not remain."""
    os.chdir(ROOT)
    measuring = coverage.Coverage(data_file=None, include=[each.path for each in targets], config_file=False)
    measuring.start()
    watch = Watch(measuring)
    pytest.main([*ARGUMENTS, *all_files(targets)], plugins=[watch])
    measuring.stop()
    names = sorted(set(watch.seconds) - set(watch.failed))
    numbers = {name: number for number, name in enumerate(names)} | {"": -1}
    lines: dict[str, dict[int, list[int]]] = defaultdict(dict)
    for path in (each.path for each in targets):
        contexts = measuring.get_data().contexts_by_lineno(str(ROOT / path))
        lines[path] = {line: [numbers[name] for name in found if name in numbers] for line, found in contexts.items()}
    KEPT.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"lines": lines, "seconds": watch.seconds, "names": names, "failed": watch.failed}))
