"""Random people against the product: after each step its verdict is the model's, and nothing impossible is true."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.api import Api
from tests.oracle import acts_accounts, acts_changes, acts_ending, acts_governance, acts_incidents, acts_response
from tests.oracle.acts_accounts import PASSWORD, activates, known_shares
from tests.oracle.acts_ending import UNREVIEWED
from tests.oracle.drawing import now_and_then, pick
from tests.oracle.invariants import DisagreementError, agree_on_incidents, final_problems
from tests.oracle.law import SHORT, STATUS, TABLE, Act, Ask, Verdict, judge
from tests.oracle.seeds import login, seeded
from tests.oracle.world import Actor, World

MODULES = (acts_incidents, acts_response, acts_ending, acts_changes, acts_accounts, acts_governance)
LOTS: tuple[Act, ...] = tuple(act for module in MODULES for act in module.ACTS for _ in range(act.weight))
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Tokens live longer than a run lasts.
LONGEST = timedelta(days=14)
# Of 25 things that happen so many are attempts to activate an account.
ACTIVATIONS = 2


class Findings:
    """What all runs asked, and where the two disagreed: by kind, with the first case of each."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.disagreements: dict[str, str] = {}


findings = Findings()


class People(RuleBasedStateMachine):
    """One world, undone at the end. After a disagreement the two worlds differ, so the rest of the run is idle."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.world: World = seeded(START)
        self.issued: list[str] = []
        self.over = False

    def teardown(self) -> None:
        try:
            if not self.over:
                self.settle(lambda: final_problems(self.world, self.dead_tokens()))
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)
            self.clock.stop()

    def settle(self, step: Any) -> None:
        """Carry out a step; a disagreement is noted, and ends the run."""
        try:
            step()
        except DisagreementError as found:
            self.over = True
            findings.disagreements.setdefault(found.kind, found.case)

    @rule(data=st.data())
    def something_happens(self, data: Any) -> None:
        """Mostly somebody asks for something; at times the clock moves on, or an account is activated."""
        if self.over:
            return
        what = data.draw(st.integers(0, 24))
        if what == 0:
            self.time_passes(data.draw(st.integers(1, 30)))
        elif what <= ACTIVATIONS:
            self.somebody_activates(data.draw)
        else:
            self.somebody_acts(data.draw)

    def somebody_acts(self, draw: Any) -> None:
        """In person or by a software agent, permitted or not."""
        act = pick(draw, LOTS)
        actor = self.an_actor(draw, act)
        ask = act.ask(self.world, actor, draw)
        if ask is not None:
            self.settle(lambda: self.carry_out(act, actor, ask))

    def carry_out(self, act: Act, actor: Actor, ask: Ask) -> None:
        expected = judge(act, self.world, actor, ask)
        findings.asked[act.operation, expected.code or "done"] += 1
        answer = self.send(actor, ask)
        compare(act, actor, ask, expected, answer)
        if not expected:
            self.believe(act, actor, ask, answer)
        agree_on_incidents(self.world, act.operation)

    def believe(self, act: Act, actor: Actor, ask: Ask, answer: Any) -> None:
        try:
            act.happens(self.world, actor, ask, answer.json() if answer.content else {})
        except KeyError as missing:
            said = answer.content.decode()[:1200]
            raise DisagreementError(f"{act.operation}: the answer lacks {missing}", said) from missing

    def time_passes(self, hours: int) -> None:
        if self.world.now - START < LONGEST:
            self.world.now += timedelta(hours=hours)
            self.traveller.move_to(self.world.now)

    def somebody_activates(self, draw: Any) -> None:
        """Somebody tries what they know of an account's activation; the person it is for is handed both shares."""
        waiting = [each for each in self.world.accounts.values() if any(each.shares)]
        if not waiting:
            return
        account, human = pick(draw, waiting), pick(draw, self.world.humans)
        if now_and_then(draw, 2):
            human = self.world.owners.get(account.id, human)
        self.settle(lambda: self.activate(account, human))

    def activate(self, account: Any, human: Any) -> None:
        shares = [*known_shares(self.world, human, account), "a guess", "another guess"][:2]
        opened = activates(self.world, account, shares)
        findings.asked["access.activate", "done" if opened else "refused"] += 1
        answer = Api().post("/auth/activate/", {"shares": shares, "password": PASSWORD})
        if (answer.status_code == 200) is not opened:
            case = f"{account} with {shares}: {answer.status_code} {answer.content!r}"
            raise DisagreementError(f"access.activate: expected {opened}", case)
        if not opened:
            return
        account.shares, account.had_password, account.tokens = [], True, {}
        human.accounts.add(account.id)
        if len(human.accounts) > 1:
            raise DisagreementError("one person can act as several accounts", repr(human))

    def an_actor(self, draw: Any, act: Act) -> Actor:
        """Mostly somebody whose role permits the act."""
        able = [(human, self.world.accounts[pk]) for human in self.world.humans for pk in sorted(human.accounts)]
        fitting = [(human, account) for human, account in able if SHORT[account.role] in TABLE[act.operation]]
        human, account = pick(draw, able if now_and_then(draw, 8) or not fitting else fitting)
        return Actor(human, account, agent=now_and_then(draw, 6))

    def send(self, actor: Actor, ask: Ask) -> Any:
        headers = {"If-Match": '"0"'} if ask.stale else {}
        send = getattr(Api(Authorization=f"Token {self.token(actor)}"), ask.method)
        return send(ask.path, ask.body, approval=ask.approval.id if ask.approval else None, **headers)

    def token(self, actor: Actor) -> str:
        """The token of the person or their agent; a new login if access has ended since."""
        tokens = actor.account.tokens
        if actor.agent not in tokens:
            tokens[actor.agent] = login(actor.account, "triage" if actor.agent else "")
            self.issued.append(tokens[actor.agent])
        return tokens[actor.agent]

    def dead_tokens(self) -> list[str]:
        alive = {token for account in self.world.accounts.values() for token in account.tokens.values()}
        return [token for token in self.issued if token not in alive]


def compare(act: Act, actor: Actor, ask: Ask, expected: Verdict, answer: Any) -> None:
    """Raise unless the product's status, code and decisive items are the model's."""
    document = answer.json() if answer.content else {}
    got = "" if answer.status_code < 400 else str(document.get("code"))
    items = {UNREVIEWED.get(item["code"], item["code"]) for item in document["errors"]} if got else set()
    agrees = got == expected.code and answer.status_code == (STATUS[expected.code] if expected else act.success)
    if agrees and (not expected.items or items == expected.items):
        return
    who = f"{actor.account.role} {actor.account.id}{' by an agent' if actor.agent else ''}"
    kind = f"{act.operation}: expected {expected.code or act.success}, got {got or answer.status_code}"
    if expected.items:
        kind += f" {sorted(expected.items)} / {sorted(items)}"
    said = answer.content.decode()[:1200]
    raise DisagreementError(kind, f"{who}: {ask.method} {ask.path} {ask.body}\nrecord: {ask.record}\nanswer: {said}")
