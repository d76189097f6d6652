"""What a run is mostly about: without a focus random people scatter, and nothing reaches its end."""

from random import Random

from tests.oracle import (
    acts_accounts,
    acts_changes,
    acts_ending,
    acts_events,
    acts_governance,
    acts_incidents,
    acts_response,
)
from tests.oracle.law import Act

MODULES = (acts_incidents, acts_events, acts_response, acts_ending, acts_changes, acts_accounts, acts_governance)
ALL: tuple[Act, ...] = tuple(act for module in MODULES for act in module.ACTS)

# The operations of a focus, by the beginnings of their names; how many incidents are open at a time.
FOCI: dict[str, tuple[tuple[str, ...], int]] = {
    "one life": (("incident.", "workaround.", "communication.", "rca.", "postmortem.", "review."), 1),
    "duplicates and clients": (("incident.", "communication.", "workaround.", "postmortem."), 4),
    "alerts": (("event.", "incident.", "communication.", "workaround.", "postmortem."), 2),
    "escalations and changes": (("incident.", "escalation.", "change.", "rollback.", "postmortem."), 2),
    "accounts": (("user.", "approval."), 1),
    "authority": (("approval.", "vendor.", "user.create", "user.permissions"), 1),
    "anything": (("",), 6),
}


class Focus:
    """Draws acts: mostly those of the focus, now and then any."""

    def __init__(self, name: str) -> None:
        self.name = name
        beginnings, self.most_open = FOCI[name]
        self.lots = _lots([act for act in ALL if act.operation.startswith(beginnings)])

    def act(self, draw: Random) -> Act:
        return draw.choice(ALL_LOTS if draw.random() < 0.1 else self.lots)


def _lots(acts: list[Act]) -> tuple[Act, ...]:
    return tuple(act for act in acts for _ in range(act.weight))


ALL_LOTS = _lots(list(ALL))
