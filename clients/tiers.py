"""The tiers of SOP 26 as tables, and the order of severities: pure rules for agreed targets.

Interpretation of the policy's ranges: a target lies between the lower end of P1 and the upper end of P4; at P1 and P4
within that severity's own range as well. A single number in the policy is the maximum. Within a subscription, a less
severe incident must not have a shorter target than a more severe one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from clients.choices import Severity, Tier

HOUR, DAY = 60, 1_440  # in minutes
WEEK_HOURS = 168

P1, P4 = Severity.P1, Severity.P4
RESPONSE, RESOLUTION, AVAILABILITY = "response_time_minutes", "resolution_time_hours", "availability_target"
TARGETS = (RESPONSE, RESOLUTION, AVAILABILITY)
TIMES = (RESPONSE, RESOLUTION)

Span = tuple[int | None, int]

# Tier → target → severity → (lowest, highest), as in SOP 26; None if it only states the maximum.
RANGES: dict[str, dict[str, dict[str, Span]]] = {
    Tier.PREMIUM: {
        RESPONSE: {P1: (15, 30), P4: (24 * HOUR, 48 * HOUR)},
        RESOLUTION: {P1: (2, 4), P4: (None, 128)},
    },
    Tier.STANDARD: {
        RESPONSE: {P1: (1 * HOUR, 2 * HOUR), P4: (48 * HOUR, 72 * HOUR)},
        RESOLUTION: {P1: (8, 24), P4: (None, 168)},
    },
    Tier.BASIC: {
        RESPONSE: {P1: (4 * HOUR, 8 * HOUR), P4: (5 * DAY, 7 * DAY)},
        RESOLUTION: {P1: (24, 48), P4: (None, 2 * WEEK_HOURS)},
    },
}
AVAILABILITIES: dict[str, Decimal] = {
    Tier.PREMIUM: Decimal("99.9"),
    Tier.STANDARD: Decimal("99.5"),
    Tier.BASIC: Decimal("99.0"),
}
MAX_AVAILABILITY = Decimal(100)


@dataclass(frozen=True, slots=True)
class AgreedTargets:
    """The targets of one severity: response in minutes, resolution in hours, availability in percent or none."""

    severity_level: str
    response_time_minutes: int
    resolution_time_hours: int
    availability_target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """One target that violates a rule: the rule's code, the target's name, a sentence, and the permitted range."""

    code: str
    target: str
    detail: str
    facts: dict[str, Any] = field(default_factory=dict)


def permitted(tier: str, severity: str, target: str) -> tuple[Any, Any]:
    """The lowest and highest value that a tier permits for a target at a severity, both inclusive."""
    if target == AVAILABILITY:
        return AVAILABILITIES[tier], MAX_AVAILABILITY
    printed = RANGES[tier][target]
    lowest, highest = printed.get(severity, (None, printed[P4][1]))
    return (printed[P1][0] if lowest is None else lowest), highest


def outside_tier(tier: str, agreed: AgreedTargets) -> Iterator[Violation]:
    """One violation for each target outside the tier's range."""
    for target in TARGETS:
        value = getattr(agreed, target)
        lowest, highest = permitted(tier, agreed.severity_level, target)
        if value is not None and not lowest <= value <= highest:
            detail = f"{tier} permits {lowest} to {highest} for {target} at {agreed.severity_level}, not {value}."
            facts = {"severity_level": str(agreed.severity_level), "minimum": lowest, "maximum": highest}
            yield Violation("outside_tier_range", target, detail, facts)


def out_of_order(agreed: AgreedTargets, others: Iterable[AgreedTargets]) -> Iterator[Violation]:
    """One violation for each time that is longer than in a less severe agreement, or shorter than in a more severe."""
    for other in others:
        for target in TIMES:
            mine, theirs = getattr(agreed, target), getattr(other, target)
            more_severe = agreed.severity_level < other.severity_level
            less_severe = agreed.severity_level > other.severity_level
            if (more_severe and mine > theirs) or (less_severe and mine < theirs):
                limit = "maximum" if more_severe else "minimum"
                detail = (
                    f"{target} at {agreed.severity_level} is {mine}, but {theirs} at {other.severity_level}: a less "
                    "severe incident must not have a shorter time."
                )
                facts = {"severity_level": str(agreed.severity_level), limit: theirs}
                yield Violation("order", target, detail, {**facts, "against": str(other.severity_level)})
