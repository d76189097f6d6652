"""How far a long comparison is, in a file for each process."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.oracle.findings import Findings


class Journal:
    def __init__(self, folder: Path, name: str, fresh: bool) -> None:
        self.path = folder / f"oracle-{name}.json"
        self.batches = 0
        if fresh:
            self.path.unlink(missing_ok=True)
        self.findings = self.read()

    def read(self) -> Findings:
        if not self.path.exists():
            return Findings()
        kept = json.loads(self.path.read_text(encoding="utf-8"))
        self.batches = kept["batches"]
        asked = Counter({tuple(key.split(" → ")): count for key, count in kept["asked"].items()})
        return Findings(asked, kept["found"])

    def keep(self) -> None:
        """Note one more batch; a reader never sees half a file."""
        self.batches += 1
        asked = {" → ".join(key): count for key, count in sorted(self.findings.asked.items())}
        kept = {"batches": self.batches, "asked": asked, "found": self.findings.disagreements}
        self.path.parent.mkdir(exist_ok=True)
        written = self.path.with_suffix(".part")
        written.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")
        written.rename(self.path)

    @staticmethod
    def together(journals: Iterable["Journal"]) -> Findings:
        asked: Counter[tuple[str, str]] = Counter()
        found: dict[str, str] = {}
        for each in (journal.read() for journal in journals):
            asked += each.asked
            found = {**each.disagreements, **found}
        return Findings(asked, found)


def table(done: Findings, operations: Iterable[str]) -> str:
    """The successes and refusals of each operation, operations never requested, and every disagreement."""
    lines = [f"{'operation':32} {'done':>7} {'refused':>8}"]
    for name in sorted({name for name, _ in done.asked}):
        asked = {code: count for (each, code), count in done.asked.items() if each == name}
        lines.append(f"{name:32} {asked.get('done', 0):7} {sum(asked.values()) - asked.get('done', 0):8}")
    never = sorted(set(operations) - {name for name, _ in done.asked})
    return "\n".join([*lines, f"Not in the model: {', '.join(never)}", "", done.told()])
