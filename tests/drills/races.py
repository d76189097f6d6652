"""Two concurrent requests, through one server or two: 20 kinds and more, and what must come of each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import uuid4

from tests.drills.clusters import running_cluster
from tests.drills.pooler import running_pooler
from tests.drills.results import Result, Skipped
from tests.drills.scale import scaled
from tests.drills.server import Answer, prepared, running_server
from tests.drills.world import World, made
from tests.pooler import PGBOUNCER

ROUNDS = scaled(10, 2)

# The requests of a trial, each made through a world, and the pairs of statuses that are right.
Trial = Callable[[World, str], tuple[Callable[[World], Answer], Callable[[World], Answer]]]
BOTH, CREATED = {(200, 200)}, {(201, 201)}
ONE_OF_TWO, ONE_CHANGE = {(201, 409)}, {(200, 409)}


def patch(path: str, first: dict, second: dict, **headers: str) -> tuple:
    """The same record changed twice."""
    return tuple(lambda w, body=body: w.ex.send(path, body, "PATCH", **headers) for body in (first, second))


def twice(act: Callable[[World], Answer]) -> tuple:
    return act, act


def same_version(w: World, mark: str) -> tuple:
    path = f"/vendors/{w.vendor}/"
    return patch(path, phone("1", mark), phone("2", mark), **{"If-Match": w.ex.send(path).etag})


def phone(digit: str, mark: str) -> dict[str, str]:
    return {"contact_phone": f"+49301{digit}{int(mark[:5], 16):07}"}


def one_address(w: World, mark: str) -> tuple:
    one, other = (made(w.ex.vendor()) for _ in range(2))
    body = {"contact_email": f"{mark}@example.org"}
    return tuple(lambda v, pk=pk: v.ex.send(f"/vendors/{pk}/", body, "PATCH") for pk in (one, other))


def agreement_of(w: World, mark: str) -> tuple:
    subscription = w.new_subscription()
    return twice(lambda v: v.agree(subscription, "P1"))


def revoked(w: World, mark: str) -> tuple:
    token = w.ex.send("/auth/tokens/", {"name": mark, "days": 1}).document["id"]
    return twice(lambda v: v.ex.send(f"/auth/tokens/{token}/", method="DELETE"))


def minutes(w: World, mark: str, more: Callable[[World], Answer]) -> tuple:
    body = {"response_time_minutes": 18 + int(mark, 16) % 3}
    return (lambda v: v.ex.send(f"/sla-agreements/{w.agreement}/", body, "PATCH")), more


def priority(v: World, w: World, mark: str) -> Answer:
    return v.ex.send(f"/subscriptions/{w.subscription}/", {"high_priority": int(mark, 16) % 2 == 0}, "PATCH")


def note(v: World, w: World, **headers: str) -> Answer:
    return v.ex.send(f"/incidents/{w.incident}/notes/", {"body": "Seen."}, **headers)


def retitled(v: World, w: World, mark: str) -> Answer:
    return v.ex.send(f"/incidents/{w.incident}/", {"title": mark}, "PATCH")


def opened(v: World, w: World, mark: str) -> Answer:
    return v.open_incident(mark, client_id=w.client_of_terms())


def stated(v: World, w: World) -> Answer:
    body = {"action": "tool_use", "reference_type": "incident", "reference_id": w.incident}
    return v.ex.send("/audit-entries/", body)


KINDS: dict[str, tuple[Trial, set[tuple[int, int]]]] = {
    "an agreement and its subscription": (lambda w, m: minutes(w, m, lambda v: priority(v, w, m)), BOTH),
    "an agreement and an incident under it": (lambda w, m: minutes(w, m, lambda v: opened(v, w, m)), {(200, 201)}),
    "a subscription and an incident under it": (
        lambda w, m: ((lambda v: priority(v, w, m)), (lambda v: opened(v, w, m))),
        {(200, 201)},
    ),
    "an agreement and a stricter one": (
        lambda w, m: minutes(
            w, m, lambda v: v.ex.send(f"/sla-agreements/{w.second}/", {"response_time_minutes": 58}, "PATCH")
        ),
        BOTH,
    ),
    "an agreement, twice": (
        lambda w, m: patch(
            f"/sla-agreements/{w.agreement}/", {"response_time_minutes": 19}, {"response_time_minutes": 20}
        ),
        BOTH,
    ),
    "two agreements for one severity": (agreement_of, ONE_OF_TWO),
    "a subscription, twice": (lambda w, m: twice(lambda v: priority(v, w, m)), BOTH),
    "a calendar, twice": (lambda w, m: twice(lambda v: v.set_calendar(w.client, "Europe/Berlin")), BOTH),
    "a calendar and an incident": (
        lambda w, m: ((lambda v: v.set_calendar(w.client, "Europe/Rome")), (lambda v: v.open_incident(m))),
        {(200, 201)},
    ),
    "one vendor, twice": (lambda w, m: twice(lambda v: v.ex.vendor(f"V {m}")), ONE_OF_TWO),
    "one client, twice": (lambda w, m: twice(lambda v: v.register(m[:8])), ONE_OF_TWO),
    "one incident, twice": (lambda w, m: twice(lambda v: v.open_incident(m)), ONE_OF_TWO),
    "one key, twice": (lambda w, m: twice(lambda v: note(v, w, **{"Idempotency-Key": m})), CREATED),
    "one version, twice": (same_version, {(200, 412)}),
    "a vendor, twice": (lambda w, m: patch(f"/vendors/{w.vendor}/", phone("3", m), phone("4", m)), BOTH),
    "one address for two vendors": (one_address, ONE_CHANGE),
    "a vendor and a product of it": (
        lambda w, m: (
            (lambda v: v.ex.send(f"/vendors/{w.vendor}/", phone("5", m), "PATCH")),
            (lambda v: v.new_product(m)),
        ),
        {(200, 201)},
    ),
    "two notes": (lambda w, m: twice(lambda v: note(v, w)), CREATED),
    "a note and a title": (lambda w, m: ((lambda v: retitled(v, w, m)), (lambda v: note(v, w))), {(200, 201)}),
    "two titles": (lambda w, m: ((lambda v: retitled(v, w, m)), (lambda v: retitled(v, w, m[::-1]))), BOTH),
    "one token, revoked twice": (revoked, {(204, 404), (200, 404), (204, 204), (200, 200), (204, 409), (200, 409)}),
    "two stated entries": (lambda w, m: twice(lambda v: stated(v, w)), CREATED),
    "two tokens": (lambda w, m: twice(lambda v: v.ex.send("/auth/tokens/", {"name": m, "days": 1})), CREATED),
}


def races() -> Result:
    """Every kind, through one server and through two."""
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        return _raced(stack, cluster.url, prepared(cluster.url))


def pooled_races() -> Result:
    """The same through PgBouncer in transaction mode."""
    if PGBOUNCER is None:
        raise Skipped("Debian's package pgbouncer is not installed")
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        token = prepared(cluster.url)
        return _raced(stack, stack.enter_context(running_pooler(cluster.port)), token)


def _raced(stack: ExitStack, url: str, token: str) -> Result:
    servers = [stack.enter_context(running_server(url, token)) for _ in range(2)]
    callers = stack.enter_context(ThreadPoolExecutor(2))
    first = World(servers[0]).build()
    second, wrong = first.through(servers[1]), dict[str, set[tuple[int, int]]]()
    for name, (trial, right) in KINDS.items():
        for turn in range(ROUNDS):
            one, other = trial(first, uuid4().hex)
            found = [callers.submit(one, first), callers.submit(other, second if turn % 2 else first)]
            pair = tuple(each.result().status for each in found)
            if pair not in right and pair[::-1] not in right:
                wrong.setdefault(name, set()).add(pair)
    trials = len(KINDS) * ROUNDS
    return Result(
        f"{len(KINDS)} kinds, {trials} trials, half through two servers: {wrong or 'every answer is right'}", not wrong
    )
