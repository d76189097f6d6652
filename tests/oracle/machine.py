"""Random people against the product: after each step its verdict is the model's, and nothing impossible is true."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from tests.oracle.acts_accounts import PASSWORD, activates, known_shares
from tests.oracle.acts_ending import UNREVIEWED
from tests.oracle.asking import Answer, Line
from tests.oracle.drawing import now_and_then, pick
from tests.oracle.findings import DisagreementError, Findings
from tests.oracle.foci import Focus
from tests.oracle.invariants import agree_on_incidents, agree_on_reviews, final_problems
from tests.oracle.policy import SHORT, STATUS, TABLE, Act, Ask, Verdict, judge
from tests.oracle.seeds import login
from tests.oracle.world import Actor, World

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Tokens live longer than a run lasts.
LONGEST = timedelta(days=14)
# Of 25 steps, this number are attempts to activate an account.
ACTIVATIONS = 2
# An informed user draws this number of requests, and sends one that the policy permits.
CONSIDERED = 10


class Run:
    """One life of a world. After a disagreement the two worlds differ, so the run ends."""

    def __init__(self, world: World, draw: Random, focus: Focus, findings: Findings, line: Line) -> None:
        self.world, self.draw, self.focus, self.findings, self.line = world, draw, focus, findings, line
        world.issued = [token for account in world.accounts.values() for token in account.tokens.values()]
        self.trace: list[str] = []

    def play(self, steps: int) -> None:
        try:
            for _ in range(steps):
                self.something_happens()
            final_problems(self.world, self.line, self.dead_tokens())
        except DisagreementError as found:
            told = "\n".join(self.trace[-15:])
            self.findings.disagreements.setdefault(found.kind, f"{found.case}\nbefore ({self.focus.name}):\n{told}")

    def something_happens(self) -> None:
        """Mostly a random request; sometimes the clock advances, or an account is activated."""
        what = self.draw.randrange(25)
        if what == 0:
            self.time_passes(self.draw.randint(1, 30))
        elif what <= ACTIVATIONS:
            self.somebody_activates()
        elif chosen := self.a_request():
            self.carry_out(*chosen)

    def a_request(self) -> tuple[Act, Actor, Ask] | None:
        """Any user, any operation; half of the users know their permissions."""
        first = None
        towards = self.focus.goal if now_and_then(self.draw, 3) else self.focus.act
        knowing = towards == self.focus.goal or now_and_then(self.draw, 2)
        for _ in range(CONSIDERED if knowing else 1):
            act = towards(self.draw)
            actor = self.an_actor(act)
            ask = None if self.enough(act) else act.ask(self.world, actor, self.draw)
            if ask is not None:
                first = first or (act, actor, ask)
                if not judge(act, self.world, actor, ask):
                    return act, actor, ask
        return first

    def enough(self, act: Act) -> bool:
        """Whether as many incidents are open as the run is about."""
        if act.operation != "incident.create" or now_and_then(self.draw):
            return False
        return sum(each.status != "closed" for each in self.world.incidents.values()) >= self.focus.most_open

    def carry_out(self, act: Act, actor: Actor, ask: Ask) -> None:
        expected = judge(act, self.world, actor, ask)
        self.findings.asked[act.operation, expected.code or "done"] += 1
        self.trace.append(f"{told_of(actor)}: {act.operation} {ask.path} {ask.body} → {expected.code or 'done'}")
        wanted = Wanted(STATUS[expected.code] if expected else act.success_status(self.world, ask), expected)
        answer = self.send(actor, ask)
        compare(f"{told_of(actor)}: {ask.method} {ask.path} {ask.body}\nrecord: {ask.record}", act, wanted, answer)
        if not expected:
            self.believe(act, actor, ask, answer)
        agree_on_incidents(self.world, act.operation)
        agree_on_reviews(self.world, act.operation)

    def believe(self, act: Act, actor: Actor, ask: Ask, answer: Answer) -> None:
        try:
            act.happens(self.world, actor, ask, answer.document)
        except (KeyError, AssertionError) as wrong:
            raise DisagreementError(
                f"{act.operation}: the answer is not as expected {wrong}", answer.text[:1200]
            ) from wrong

    def time_passes(self, hours: int) -> None:
        if self.world.now - START < LONGEST:
            self.world.now += timedelta(hours=hours)
            self.line.clock.move_to(self.world.now)

    def somebody_activates(self) -> None:
        """A user tries the shares they know of an account's activation; the owner receives both."""
        waiting = [each for each in self.world.accounts.values() if any(each.shares)]
        if not waiting:
            return
        account, human = pick(self.draw, waiting), pick(self.draw, self.world.humans)
        if now_and_then(self.draw, 2):
            human = self.world.owners.get(account.id, human)
        shares = [*known_shares(self.world, human, account), "a guess", "another guess"][:2]
        opened = activates(self.world, account, shares)
        self.findings.asked["access.activate", "done" if opened else "refused"] += 1
        answer = self.line.send("post", "/auth/activate/", body={"shares": shares, "password": PASSWORD})
        if (answer.status == 200) is not opened:
            case = f"{account} with {shares}: {answer.status} {answer.text}"
            raise DisagreementError(f"access.activate: expected {opened}", case)
        if opened:
            account.shares, account.had_password, account.tokens, account.scripts = [], True, {}, {}
            human.accounts.add(account.id)
            if len(human.accounts) > 1:
                raise DisagreementError("one person can act as several accounts", repr(human))

    def an_actor(self, act: Act) -> Actor:
        """Mostly a user whose role permits the act."""
        able = [(human, self.world.accounts[pk]) for human in self.world.humans for pk in sorted(human.accounts)]
        fitting = [(human, account) for human, account in able if SHORT[account.role] in TABLE[act.operation]]
        human, account = pick(self.draw, able if now_and_then(self.draw, 8) or not fitting else fitting)
        return Actor(human, account, agent=now_and_then(self.draw, 6))

    def send(self, actor: Actor, ask: Ask) -> Answer:
        headers = {"If-Match": '"0"'} if ask.stale else {}
        if ask.approval:
            headers["Approval-Id"] = str(ask.approval.id)
        return self.line.send(ask.method, ask.path, self.token(actor), ask.body, **headers)

    def token(self, actor: Actor) -> str:
        """The token of the person or their agent; a new login if access has ended since."""
        tokens = actor.account.tokens
        if actor.agent not in tokens:
            tokens[actor.agent] = login(actor.account, "triage" if actor.agent else "")
            self.world.issued.append(tokens[actor.agent])
        return tokens[actor.agent]

    def dead_tokens(self) -> list[str]:
        accounts = self.world.accounts.values()
        alive = {token for each in accounts for token in (*each.tokens.values(), *each.scripts.values())}
        return [token for token in self.world.issued if token not in alive]


def told_of(actor: Actor) -> str:
    return f"{actor.account.role} {actor.account.id}{' by an agent' if actor.agent else ''}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The status and verdict that the policy gives."""

    status: int
    verdict: Verdict


def compare(asked: str, act: Act, wanted: Wanted, answer: Answer) -> None:
    """Raise unless the product's status, code and decisive items are the model's."""
    got, verdict = answer.code, wanted.verdict
    items = {UNREVIEWED.get(item["code"], item["code"]) for item in answer.document["errors"]} if got else set()
    if got == verdict.code and answer.status == wanted.status and (not verdict.items or items == verdict.items):
        return
    kind = f"{act.operation}: expected {verdict.code or wanted.status}, got {got or answer.status}"
    if verdict.items:
        kind += f" {sorted(verdict.items)} / {sorted(items)}"
    raise DisagreementError(kind, f"{asked}\nanswer: {answer.text[:1200]}")
