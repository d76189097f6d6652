"""The operation registry: each operation states its whole law where it is defined.

    @operation("client.update", sop=4, roles={AM, SA}, verb=Verb.UPDATE, target="client",
               endpoint="PATCH /clients/{id}/", duties=[assigned_to_client])
    def update_client(*, actor, client, **changes): ...

From the registry come the permission check, `GET /policy/`, `docs/policy.md` and the OpenAPI descriptions.
Whatever is not registered cannot be done: routes without an operation do not start.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.codes import Code
from core.errors import Undeclared
from core.verbs import Verb

# Addresses that give a way in, or change one: a token, a password.
WAYS_IN = ("/auth/", "/me/")


class Door(StrEnum):
    """Where an operation can be reached."""

    REST = "rest"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Duty:
    """A named predicate beyond the role: who may, judged by person, assignment or scope.

    `holds(actor, target, data)` is true when the duty is met. `needs_body` marks those that cannot be judged
    before the body is read.
    """

    name: str
    text: str
    code: Code
    holds: Callable[[Any, Any, Mapping[str, Any]], bool]
    field: str | None
    next: str
    needs_body: bool


def duty(
    text: str, *, code: Code, field: str | None = None, next: str = "", needs_body: bool = False
) -> Callable[[Callable[..., bool]], Duty]:
    """Make a named duty of a predicate `(actor, target, data) -> bool`; the text is the rule, in one sentence."""

    def name_it(predicate: Callable[..., bool]) -> Duty:
        return Duty(predicate.__name__, text, code, predicate, field, next, needs_body)

    return name_it


@dataclass(frozen=True, slots=True)
class Elevation:
    """When an operation needs borrowed authority, and whose. Only the default: the approval rules decide."""

    name: str
    text: str
    applies: Callable[[Any, Any, Mapping[str, Any]], bool]
    approvers: frozenset[str]

    @property
    def unconditional(self) -> bool:
        """Whether it applies to every request: what can be said before the body is known."""
        return self.text == "always"


def elevation(text: str, *, approvers: Iterable[str]) -> Callable[[Callable[..., bool]], Elevation]:
    """Make a named elevation of a predicate `(actor, target, data) -> bool`, judged before the write."""

    def name_it(predicate: Callable[..., bool]) -> Elevation:
        return Elevation(predicate.__name__, text, predicate, frozenset(approvers))

    return name_it


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be done, with everything that decides whether it may."""

    name: str
    sop: tuple[int, ...]
    roles: frozenset[str] | None
    verb: Verb
    endpoints: tuple[str, ...]
    target: str | None
    subject: str | None
    duties: tuple[Duty, ...]
    elevated: Elevation | None
    condition: str
    lifecycle: str
    anonymous: bool
    secret: bool
    door: Door
    run: Callable[..., Any]

    @property
    def purpose(self) -> str:
        """The first paragraph of the operation's docstring."""
        return (inspect.getdoc(self.run) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def who_may(self) -> list[str]:
        """The roles that may ask, for readers: "*" where every active user may."""
        return ["*"] if self.roles is None else sorted(self.roles)

    @property
    def writes(self) -> bool:
        """Whether it changes anything: what only reads needs no transaction."""
        return self.verb is not Verb.ENTITY_DISCOVERY

    @property
    def repeatable(self) -> bool:
        """Whether it honours an Idempotency-Key: nothing is kept of what holds a secret, or is about a way in."""
        doors = any(endpoint.partition(" ")[2].startswith(WAYS_IN) for endpoint in self.endpoints)
        return not (self.anonymous or self.secret or doors)

    def permits(self, role: str) -> bool:
        """Whether a role may ask for this at all; `roles=None` means every active user."""
        return self.roles is None or role in self.roles


@dataclass(frozen=True, slots=True)
class Binding:
    """The shape of an operation's body: its input serializer, and whether all fields may be left out (PATCH).

    An operation with several endpoints may have `others`: further shapes, each told apart by its field names.
    """

    body: Any
    partial: bool
    others: tuple[Any, ...] = ()

    def shape_of(self, given: Mapping[str, Any]) -> Any:
        """The serializer that reads these values: the one that declares most of their names."""
        if not self.others:
            return self.body
        return max((self.body, *self.others), key=lambda shape: len(set(given) & set(shape().fields)))


class Registry:
    """All operations of the product by name, and the bodies that their routes bind to them."""

    def __init__(self) -> None:
        self._operations: dict[str, Operation] = {}
        self.bindings: dict[str, Binding] = {}

    def add(self, operation: Operation) -> None:
        if operation.name in self._operations:
            raise Undeclared(f"operation {operation.name} is declared twice")
        self._operations[operation.name] = operation

    def bind(self, name: str, body: type | None, *, partial: bool = False) -> None:
        """Bind an operation to the serializer that reads its body; a second body is a further shape of it."""
        bound = self.bindings.get(name)
        if bound is None or bound.body is None or body is None:
            self.bindings[name] = Binding(body, partial)
        elif body not in (bound.body, *bound.others):
            self.bindings[name] = Binding(bound.body, partial, (*bound.others, body))

    def find(self, name: str) -> Operation | None:
        return self._operations.get(name)

    def __getitem__(self, name: str) -> Operation:
        try:
            return self._operations[name]
        except KeyError:
            raise Undeclared(f"no operation is declared under the name {name}") from None

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._operations[name] for name in sorted(self._operations))


registry = Registry()


def operation(
    name: str,
    *,
    sop: int | tuple[int, ...] = (),
    roles: Iterable[str] | None,
    verb: Verb,
    endpoint: str | tuple[str, ...] = (),
    target: str | None = None,
    subject: str | None = None,
    duties: Iterable[Duty] = (),
    elevated: Elevation | None = None,
    condition: str = "",
    lifecycle: str = "",
    anonymous: bool = False,
    secret: bool = False,
    door: Door = Door.REST,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an operation.

    Arguments: its name; the SOPs that authorise it; the roles that may ask (None: every active user); the audit
    verb; the endpoints as "METHOD /path/"; the type of the record it acts on (also the keyword it is passed as); the
    type whose audit entries carry the verb, when that is not the target; its duties; its elevation; the extra
    condition and the lifecycle in words; whether it needs no login; whether its answer holds a secret; its door.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        registry.add(
            Operation(
                name=name,
                sop=(sop,) if isinstance(sop, int) else sop,
                roles=None if roles is None else frozenset(str(role) for role in roles),
                verb=verb,
                endpoints=(endpoint,) if isinstance(endpoint, str) else endpoint,
                target=target,
                subject=subject or target or name.split(".", maxsplit=1)[0],
                duties=tuple(duties),
                elevated=elevated,
                condition=condition,
                lifecycle=lifecycle,
                anonymous=anonymous,
                secret=secret,
                door=door,
                run=function,
            )
        )
        return function

    return register
