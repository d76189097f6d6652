"""The requests of runs, and disagreements between product and model."""

from collections import Counter
from dataclasses import dataclass, field


class DisagreementError(AssertionError):
    """The product and the model answer differently, or something is true that the policy forbids."""

    def __init__(self, kind: str, case: str) -> None:
        self.kind, self.case = kind, case
        super().__init__(f"{kind}\n{case}")


@dataclass
class Findings:
    """How often each operation was answered how; each kind of disagreement with its first case."""

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    disagreements: dict[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        return sum(self.asked.values())

    def told(self) -> str:
        return "\n\n".join(f"--- {kind}\n{case}" for kind, case in sorted(self.disagreements.items()))
