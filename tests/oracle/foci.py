"""The focus of a run: without one, random users scatter, and no lifecycle is completed."""

from random import Random

from tests.oracle import (
    acts_accounts,
    acts_changes,
    acts_ending,
    acts_events,
    acts_governance,
    acts_incidents,
    acts_records,
    acts_response,
    acts_services,
)
from tests.oracle.policy import Act

MODULES = (
    acts_incidents,
    acts_events,
    acts_response,
    acts_ending,
    acts_changes,
    acts_accounts,
    acts_governance,
    acts_services,
    acts_records,
)
ALL: tuple[Act, ...] = tuple(act for module in MODULES for act in module.ACTS)

# The operations of a focus, by the beginnings of their names; how many incidents are open at a time.
FOCI: dict[str, tuple[tuple[str, ...], int]] = {
    "one life": (("incident.", "workaround.", "communication.", "rca.", "postmortem.", "review."), 1),
    "duplicates and clients": (("incident.", "communication.", "workaround.", "postmortem."), 4),
    "alerts": (("event.", "incident.", "communication.", "workaround.", "postmortem."), 2),
    "escalations and changes": (("incident.", "escalation.", "change.", "rollback.", "postmortem."), 2),
    "accounts": (("user.", "approval.", "token."), 1),
    "authority": (("approval.", "vendor.", "user.create", "user.permissions"), 1),
    "promises": (("subscription.", "sla.", "client.", "incident.create", "incident.update", "approval."), 4),
    "records": (("incident.", "sla.", "metric.", "report.", "handoff.", "workaround.", "postmortem."), 2),
    "anything": (("",), 6),
}


# Most runs focus on one lifecycle after another.
IN_TURN = [each for name in FOCI for each in (("one life", name) if name != "anything" else (name,))]
# Outcomes that need many steps, and the frequency of attempts.
GOALS = {
    "incident.resolve": 2,
    "postmortem.review": 3,
    "incident.close": 6,
    "rca.complete": 1,
    "review.create": 2,
    "review.start": 2,
    "review.complete": 2,
    "change.start": 2,
    "change.complete": 2,
    "rollback.create": 1,
    "rollback.start": 1,
    "rollback.complete": 1,
    "escalation.acknowledge": 1,
    "escalation.resolve": 1,
    "user.countersign": 1,
    "approval.approve": 2,
    "vendor.create": 1,
    "sla.create": 1,
    "event.correlate": 1,
}


class Focus:
    """Draws acts: mostly those of the focus, now and then any."""

    def __init__(self, name: str) -> None:
        self.name = name
        beginnings, self.most_open = FOCI[name]
        mine = [act for act in ALL if act.operation.startswith(beginnings)]
        self.goals = tuple(act for act in mine for _ in range(GOALS.get(act.operation, 0)))
        self.lots = _lots(mine)

    def goal(self, draw: Random) -> Act:
        """The goal of the run: an outcome that needs many steps."""
        return draw.choice(self.goals or self.lots)

    def act(self, draw: Random) -> Act:
        return draw.choice(ALL_LOTS if draw.random() < 0.1 else self.lots)


def _lots(acts: list[Act]) -> tuple[Act, ...]:
    return tuple(act for act in acts for _ in range(act.weight))


ALL_LOTS = _lots(list(ALL))
