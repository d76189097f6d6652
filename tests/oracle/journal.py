"""How far a long comparison is, in a file for each process.

A run that is resumed counts what it compared before. It says under how many states of the code that was, and repeats
the batches that disagreed once the code has changed: a disagreement counts until its batch agrees.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.oracle.findings import Findings

ROOT = Path(__file__).resolve().parents[2]
NOTHING: dict[str, Any] = {"batches": 0, "asked": {}, "disagreeing": {}, "codes": {}}


def code_now() -> str:
    """A digest of the product and the model: what was compared."""
    found = hashlib.sha256()
    for path in sorted(ROOT.glob("*/**/*.py")):
        top = path.relative_to(ROOT).parts[0]
        if not top.startswith(".") and (top not in ("tests", "tools") or path.parent.name == "oracle"):
            found.update(path.read_bytes())
    return found.hexdigest()[:12]


class Journal:
    def __init__(self, folder: Path, name: str, fresh: bool, code: str) -> None:
        self.path, self.code = folder / f"oracle-{name}.json", code
        if fresh:
            self.path.unlink(missing_ok=True)
        self.kept = self._stored()

    def _stored(self) -> dict[str, Any]:
        stored = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else NOTHING
        if "codes" not in stored:  # of before states of the code were noted
            steps = sum(stored["asked"].values())
            found = {"": {"code": "earlier", "found": stored["found"]}} if stored["found"] else {}
            stored = {**NOTHING, **stored, "disagreeing": found, "codes": {"earlier": steps}}
        return json.loads(json.dumps(stored))  # type: ignore[no-any-return]

    @property
    def batches(self) -> int:
        return int(self.kept["batches"])

    @property
    def findings(self) -> Findings:
        asked = Counter({tuple(key.split(" → ")): count for key, count in self.kept["asked"].items()})
        found: dict[str, str] = {}
        for each in self.kept["disagreeing"].values():
            found = {**each["found"], **found}
        return Findings(asked, found)

    def read(self) -> Findings:
        """What the process has stored so far."""
        self.kept = self._stored()
        return self.findings

    def to_repeat(self) -> list[int]:
        """The batches that disagreed before the code changed."""
        kept = self.kept["disagreeing"].items()
        return [int(number) for number, each in kept if number and each["code"] != self.code]

    def repeat(self, number: int, batch: Findings) -> None:
        """Note a repeated batch; its steps have been counted."""
        self._disagree(number, batch)
        self._write()

    def keep(self, number: int, batch: Findings) -> None:
        """Note one more batch."""
        self.kept["batches"] += 1
        for key, count in batch.asked.items():
            name = " → ".join(key)
            self.kept["asked"][name] = self.kept["asked"].get(name, 0) + count
        self.kept["codes"][self.code] = self.kept["codes"].get(self.code, 0) + batch.steps
        self._disagree(number, batch)
        self._write()

    def _disagree(self, number: int, batch: Findings) -> None:
        self.kept["disagreeing"].pop(str(number), None)
        if batch.disagreements:
            self.kept["disagreeing"][str(number)] = {"code": self.code, "found": batch.disagreements}

    def _write(self) -> None:
        """A reader never sees half a file."""
        self.path.parent.mkdir(exist_ok=True)
        written = self.path.with_suffix(".part")
        written.write_text(json.dumps(self.kept, indent=1, ensure_ascii=False), encoding="utf-8")
        written.rename(self.path)

    @staticmethod
    def together(journals: Iterable["Journal"]) -> Findings:
        asked: Counter[tuple[str, str]] = Counter()
        found: dict[str, str] = {}
        for each in (journal.read() for journal in journals):
            asked += each.asked
            found = {**each.disagreements, **found}
        return Findings(asked, found)


def sittings(journals: Iterable[Journal]) -> str:
    """How many steps were compared under which state of the code, when there was more than one."""
    codes: Counter[str] = Counter()
    for journal in journals:
        codes.update(journal.kept["codes"])
    if len(codes) < 2:
        return ""
    told = ", ".join(f"{steps} with {code}" for code, steps in codes.items())
    return f"Resumed after changes of the code: {told}. Earlier steps were not repeated, except batches that disagreed."


def table(done: Findings, operations: Iterable[str]) -> str:
    """The successes and refusals of each operation, operations never requested, and every disagreement."""
    lines = [f"{'operation':32} {'done':>7} {'refused':>8}"]
    for name in sorted({name for name, _ in done.asked}):
        asked = {code: count for (each, code), count in done.asked.items() if each == name}
        lines.append(f"{name:32} {asked.get('done', 0):7} {sum(asked.values()) - asked.get('done', 0):8}")
    never = sorted(set(operations) - {name for name, _ in done.asked})
    return "\n".join([*lines, f"Not in the model: {', '.join(never)}", "", done.told()])
