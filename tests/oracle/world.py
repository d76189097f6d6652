"""The model's state: people, their accounts, and the records that the policy depends on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

HIGH = ("P1", "P2")
PRIVILEGED = ("executive", "system_administrator", "incident_manager")


@dataclass
class Account:
    id: int
    role: str
    client: int | None = None
    vendor: int | None = None
    status: str = "active"
    made_by: int | None = None
    issued_by: int | None = None
    had_password: bool = True
    email: str = ""
    # The current activation: its two shares, the countersigner, and its expiry.
    shares: list[str | None] = field(default_factory=list)
    countersigned_by: int | None = None
    shares_until: datetime | None = None
    # The tokens of a person and of their software agent.
    tokens: dict[bool, str] = field(default_factory=dict)
    # Further tokens of the person, by their ids.
    scripts: dict[int, str] = field(default_factory=dict)

    @property
    def privileged(self) -> bool:
        return self.role in PRIVILEGED


@dataclass
class Human:
    """A person of flesh and blood: the accounts whose secrets they know, and the shares that they have seen."""

    number: int
    accounts: set[int] = field(default_factory=set)
    shares: dict[int, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Actor:
    """A human who acts as one of their accounts, in person or by a software agent."""

    human: Human
    account: Account
    agent: bool = False


@dataclass
class Approval:
    id: int
    operation: str
    target: int | None
    body: dict[str, Any]
    requester: int
    status: str = "pending"
    approver: int | None = None
    decided_at: datetime | None = None
    consumed: bool = False
    used_by: int | None = None
    life: timedelta = timedelta(hours=24)
    ask: Any = None


@dataclass
class Incident:
    id: int
    key: tuple[Any, ...]
    client: int
    initiators: set[int]
    title: str
    severity: str
    peak: str
    facts: dict[str, Any] = field(default_factory=dict)
    affected: set[int] = field(default_factory=set)
    rested_on_facts: bool = False
    # Whether its severity is only stated, not classified.
    stated: bool = False
    every_severity: list[str] = field(default_factory=list)
    status: str = "open"
    by_vendor: bool = False
    vendor: int | None = None
    manager: int | None = None
    resolver: int | None = None
    resolvers: set[int] = field(default_factory=set)
    duplicate_of: int | None = None
    excuse: str = ""
    excused: bool = False
    noted: bool = False
    confirmed: bool = False
    postmortem: int | None = None
    reviewer: int | None = None
    outdated: bool = False
    closer: int | None = None
    told_at_closing: Any = None
    # The worst hint of its events, whether any has one, and whether events made it.
    hint: str = "P4"
    hinted: bool = False
    by_events: bool = False

    @property
    def high(self) -> bool:
        return self.peak in HIGH

    @property
    def guarded(self) -> bool:
        """Whether an initiator neither reviews nor closes it: high severity, or one that no facts ever gave."""
        return self.high or not self.rested_on_facts

    def touch(self) -> None:
        """A reported record has changed: an earlier review is void."""
        if self.status == "resolved" and self.reviewer is not None:
            self.reviewer, self.outdated = None, True


@dataclass
class Event:
    """An alert that was recorded: where, when, how severe, and the incidents that it is linked to."""

    id: int
    place: tuple[int, int | None]
    at: datetime
    hint: str
    body: dict[str, Any]
    incidents: set[int] = field(default_factory=set)


@dataclass
class Part:
    """A record of an incident: a workaround, communication, escalation, analysis, change, rollback, article, review."""

    id: int
    kind: str
    incident: int | None
    status: str
    by: int
    to: int | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Reference:
    """A vendor, product, subscription or agreement: its names, and its status where one matters."""

    id: int
    kind: str
    more: dict[str, Any] = field(default_factory=dict)


class World:
    """Everything at one moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.humans: list[Human] = []
        self.accounts: dict[int, Account] = {}
        self.clients: dict[int, bool] = {}  # whether the contract is of high priority
        self.inactive: set[int] = set()  # clients that are suspended
        self.component: int = 0
        self.product: int = 0
        self.assigned: set[tuple[int, int]] = set()  # account managers and their clients
        self.component_vendor: int = 0
        self.incidents: dict[int, Incident] = {}
        self.parts: dict[tuple[str, int], Part] = {}
        self.references: dict[tuple[str, int], Reference] = {}
        self.approvals: dict[int, Approval] = {}
        self.events: dict[int, Event] = {}
        # The person for whom an account was made, before they have activated it.
        self.owners: dict[int, Human] = {}
        self.names = 0
        self.issued: list[str] = []  # every token, those of ended access included

    @property
    def emails(self) -> set[str]:
        return {each.email for each in self.accounts.values()}

    @property
    def places(self) -> list[tuple[int, int | None]]:
        """Where alerts come from."""
        one, two, *_ = sorted(self.clients)
        return [(one, self.component), (one, None), (two, self.component)]

    @staticmethod
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))

    def fresh(self) -> int:
        """A number not used in any name before."""
        self.names += 1
        return self.names

    def lock(self, account: int) -> None:
        """The account can no longer be used; it needs a new activation."""
        for human in self.humans:
            if account in human.accounts:
                human.accounts.discard(account)
                self.owners[account] = human

    def of(self, kind: str, incident: int | None = None) -> list[Part]:
        return [
            each
            for (name, _), each in self.parts.items()
            if name == kind and (incident is None or each.incident == incident)
        ]

    def mitigated(self, incident: Incident) -> bool:
        """Whether the impact is demonstrably mitigated: by evidence on the record, or the client's confirmation."""
        done = (*self.of("change", incident.id), *self.of("rollback", incident.id))
        around = self.of("workaround", incident.id)
        return (
            any(each.status == "active" and each.more["effectiveness"] != "ineffective" for each in around)
            or any(each.status == "completed" for each in done)
            or incident.confirmed
        )
