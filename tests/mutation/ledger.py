"""The results, one line for each mutant, so that an interrupted run continues."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.mutation.mutants import Mutant
from tests.mutation.reasons import reason_of
from tests.mutation.sessions import SURVIVED, UNREACHED

ALIVE = (SURVIVED, UNREACHED)


class Ledger:
    def __init__(self, path: Path, *, fresh: bool) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            path.unlink(missing_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.known: dict[str, dict[str, Any]] = {row["key"]: row for row in map(json.loads, lines)}

    def forget_survivors(self) -> None:
        """Have those tried again that lived, or that no test reached: with tests that were written since."""
        self.known = {key: row for key, row in self.known.items() if row["status"] not in ALIVE}

    def add(self, mutant: Mutant, status: str, by: str) -> None:
        row = {"key": mutant.key, "path": mutant.path, "text": mutant.text, "status": status, "by": by}
        self.known[mutant.key] = row
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def table(rows: list[dict[str, Any]]) -> str:
    """The score of each module, and every survivor with its reason."""
    paths = sorted({row["path"] for row in rows})
    lines = [f"{'module':42} {'mutants':>8} {'killed':>7} {'score':>6}"]
    for path in paths:
        counted = Counter(row["status"] in ALIVE for row in rows if row["path"] == path)
        total = counted[True] + counted[False]
        lines.append(f"{path:42} {total:8} {counted[False]:7} {100 * counted[False] / total:5.0f}%")
    alive = [row for row in rows if row["status"] in ALIVE]
    lines += ["", "Survivors:"]
    lines += [f"{row['text']}\n    {row['status']}: {reason_of(row) or 'NO REASON KNOWN'}" for row in alive]
    return "\n".join(lines)


def score(rows: list[dict[str, Any]]) -> float:
    killed = sum(row["status"] not in ALIVE for row in rows)
    return 100 * killed / len(rows) if rows else 0.0
