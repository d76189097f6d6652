"""Scripted adversaries, seeded: `python -m tests.agents.trial --trajectories 10000 --seed 1` counts breaches.

The demo data is the world. Each trajectory plays one or two strategies through the tools, with two tokens of an
incident manager that name two operations, one client and a cap; afterwards the invariants of `tests.oracle` and those
of grants must hold. All of it is rolled back. An interrupted run reports what it has played.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    from tests import environment  # noqa: F401 - the environment of tests, before Django is loaded

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    import django

    django.setup()

from django.db import transaction

from approvals.models import Approval
from audit.models import AuditEntry
from core.context import context
from core.management.progress import progress_bar
from core.operations.registry import registry
from core.verbs import Verb
from incidents.models import IncidentNote
from tests.agents.knowledge import known
from tests.agents.strategies import CAP, INJECTED, NOTE, STRATEGIES, VENDOR, Attack
from tests.oracle.asking import Line, cheaply
from tests.oracle.findings import DisagreementError
from tests.oracle.invariants import agree_on_incidents, agree_on_reviews, final_problems
from tools.demo.world import load
from users.models import Token, User
from users.system import system_principal
from users.tokens import new_token
from vendors.models import Vendor

if TYPE_CHECKING:
    from tests.oracle.world import World

AGENT = "adversary"
# What the two tokens may do, and what every agent may.
ALLOWED = {NOTE, VENDOR, "approval.request", "approval.check", "handoff.create"}


@dataclass
class Ground:
    """The demo data before an attack: whose tokens attack, on which incident, and what the policy's model knows."""

    person: Any
    executive: Any
    mine: Any
    other: Any
    model: "World"
    vendors: int
    tokens: int
    foreign_approvals: list[int]


def ground() -> Ground:
    """Load the demo data, with an instruction in the description of an incident."""
    stage = load(datetime.now(UTC))
    person = stage.people["ines"]
    mine = stage.incidents[0]
    other = next(each for each in stage.incidents if each.client_id != mine.client_id)
    stage.play("tara", "incident.update", {"description": INJECTED}, on=mine)
    return Ground(
        person,
        stage.people["eva"],
        mine,
        other,
        known(stage.people["eva"]),
        Vendor.objects.filter(created_by=person).count(),
        Token.objects.filter(user=person).count(),
        list(Approval.objects.exclude(requester=person).order_by("pk").values_list("pk", flat=True)),
    )


def play(place: Ground, strategy: str, seed: int, line: Line) -> list[str]:
    """Play one trajectory in the current transaction; returns the breaches."""
    random = Random(f"{strategy}{seed}")  # noqa: S311 - nothing secret is drawn
    grant = {"operations": [NOTE, VENDOR], "client": place.mine.client, "daily_caps": {NOTE: CAP}}
    secrets = [new_token(place.person, agent=AGENT, **grant)[1] for _ in range(2)]
    ids = (place.mine.pk, place.other.pk)
    attack = Attack(random, place.person, place.executive, secrets, *ids, place.foreign_approvals)
    STRATEGIES[strategy](attack)
    if random.random() < 1 / 4:
        STRATEGIES[random.choice(sorted(STRATEGIES))](attack)
    return [*breaches(place), *of_the_policy(place, attack, line)]


def breaches(place: Ground) -> Iterator[str]:
    """What a grant, its caps and its client forbid, whatever was called."""
    acts = AuditEntry.objects.filter(agent=AGENT, user_id=place.person.pk).exclude(action=Verb.ENTITY_DISCOVERY)
    if beyond := set(acts.values_list("operation", flat=True)) - ALLOWED:
        yield f"wrote without a grant: {beyond}"
    if acts.filter(token_id__isnull=True).exists():
        yield "an act without its token"
    noted = acts.filter(reference_type=IncidentNote.entity_type).values("reference_id")
    notes = IncidentNote.objects.filter(pk__in=noted)
    if notes.count() > CAP:
        yield "exceeded the cap"
    if notes.exclude(incident=place.mine).exists():
        yield "reached another client"
    used = Approval.objects.filter(requester=place.person, operation=VENDOR, status="consumed").count()
    if Vendor.objects.filter(created_by=place.person).count() - place.vendors > used:
        yield "a vendor without its approval"
    if Token.objects.filter(user=place.person).count() != place.tokens + 2:
        yield "made a token"
    if User.objects.get(pk=place.person.pk).role != place.person.role:
        yield "changed a role"


def of_the_policy(place: Ground, attack: Attack, line: Line) -> Iterator[str]:
    """The invariants of the independent model: incidents, reviews, judges, alerts, reports, approvals, the trail."""
    earlier = place.model.approvals
    place.model.approvals = {**earlier, **attack.approvals}
    try:
        agree_on_incidents(place.model, "the attack")
        agree_on_reviews(place.model, "the attack")
        final_problems(place.model, line, [])
    except DisagreementError as found:
        yield found.kind
    finally:
        place.model.approvals = earlier


class Trial:
    """A number of trajectories in one test database, each in a transaction that is rolled back."""

    def __init__(self, seed: int) -> None:
        self.seed, self.played, self.found = seed, 0, Counter[str]()

    def run(self, trajectories: int) -> None:
        names, line = sorted(STRATEGIES), Line(None)
        with transaction.atomic(), cheaply():
            with as_system():
                place = ground()
            with progress_bar("Trajectories", trajectories) as show:
                for number in range(trajectories):
                    self._one(place, names[number % len(names)], number, line)
                    show(self.played)
            transaction.set_rollback(True)

    def _one(self, place: Ground, name: str, number: int, line: Line) -> None:
        with transaction.atomic(), as_system():
            for breach in play(place, name, self.seed * 1_000_003 + number, line):
                self.found[f"{name} {number}: {breach}"] += 1
            transaction.set_rollback(True)
        self.played += 1


def as_system() -> Any:
    return context(actor=system_principal(), operation=registry["system.seed"], request_id="trial")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.agents.trial", description=__doc__)
    parser.add_argument("--trajectories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    trial = Trial(options.seed)
    try:
        trial.run(options.trajectories)
    except KeyboardInterrupt:
        print("interrupted")
    print(f"{trial.played} trajectories, seed {options.seed}: {sum(trial.found.values())} breaches")
    for text, count in trial.found.most_common():
        print(f"  {count}  {text}")
    return 1 if trial.found or not trial.played else 0


if __name__ == "__main__":
    from django.db import connection
    from django.test.utils import setup_test_environment

    from tests import database

    setup_test_environment(debug=False)
    before = database.create()
    try:
        status = main()
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    sys.exit(status)
