"""The operation registry: each operation states its whole law where it is defined, once.

    @operation("incident.resolve", sop=16, roles={IM, TS, EX}, verb=Verb.RESOLVE, target="incident", body=ResolveBody,
               answers=ResolvedIncident, moves=INCIDENT_MOVES.to(RESOLVED), duties=[code_without_evidence_by_manager],
               raises=[Code.PRECONDITION_FAILED])
    def resolve_incident(*, actor, incident, resolution_summary, ...): ...

The routes tell the registry the endpoints when they are loaded. From the registry come the permission check,
`GET /policy/`, `docs/policy.md` and the OpenAPI description. Whatever is not registered cannot be done: routes without
an operation do not start, nor operations without a route.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.codes import Code
from core.errors import Undeclared
from core.operations.conditions import Duty, Elevation, InPerson, done_in_person, duty, elevation, in_person_directly
from core.operations.lifecycle import Moves
from core.verbs import Verb

__all__ = [
    "Door",
    "Duty",
    "Elevation",
    "InPerson",
    "OneOf",
    "Operation",
    "done_in_person",
    "duty",
    "elevation",
    "in_person_directly",
    "operation",
    "registry",
]


class Door(StrEnum):
    """Where an operation can be reached."""

    REST = "rest"
    COMMAND = "command"


class OneOf:
    """The shapes of a body that has several: the usual one, and others that a member tells, which only they have.

    OneOf(AgreementBody, agreements=AgreementsBody)
    """

    def __init__(self, usual: type, **told_by: type) -> None:
        self.usual, self.told_by = usual, told_by

    @property
    def shapes(self) -> tuple[type, ...]:
        return (self.usual, *self.told_by.values())

    def shape_of(self, given: Mapping[str, Any]) -> type:
        """The serializer that reads these values."""
        return next((shape for member, shape in self.told_by.items() if member in given), self.usual)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One thing that can be done, with everything that decides whether it may."""

    name: str
    sop: tuple[int, ...]
    roles: frozenset[str] | None
    verb: Verb
    target: str | None
    subject: str | None
    body: type | OneOf | None
    answers: type | OneOf | None
    moves: tuple[Moves, ...]
    duties: tuple[Duty, ...]
    elevated: Elevation | None
    in_person: InPerson | None
    raises: frozenset[Code]
    condition: str
    anonymous: bool
    secret: bool
    credentials: bool
    door: Door
    run: Callable[..., Any]

    @property
    def purpose(self) -> str:
        """The first paragraph of the operation's docstring."""
        return (inspect.getdoc(self.run) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The routes that lead to it, as "METHOD /path/"."""
        return registry.endpoints_of(self.name)

    @property
    def lifecycle(self) -> str:
        """Its transitions in words."""
        return "; ".join(str(each) for each in self.moves)

    @property
    def shapes(self) -> tuple[type, ...]:
        """The serializers of its body: none, one, or several."""
        if self.body is None:
            return ()
        return self.body.shapes if isinstance(self.body, OneOf) else (self.body,)

    @property
    def partial(self) -> bool:
        """Whether any part of the body may be left out: what PATCH means."""
        return any(endpoint.startswith("PATCH ") for endpoint in self.endpoints)

    @property
    def reads(self) -> bool:
        """Whether all its routes only read."""
        return all(endpoint.startswith("GET ") for endpoint in self.endpoints)

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
        """Whether it honours an Idempotency-Key. Responses of authentication or with secrets are not stored."""
        return not (self.anonymous or self.secret or self.credentials)

    def permits(self, role: str) -> bool:
        """Whether a role may ask for this at all; `roles=None` means every active user."""
        return self.roles is None or role in self.roles

    def answer(self, member: str = "") -> type | None:
        """The serializer of its answer; of several, the one that belongs to the body which a member tells."""
        if isinstance(self.answers, OneOf):
            return self.answers.told_by[member] if member else self.answers.usual
        return self.answers

    def shape(self, member: str = "") -> type | None:
        """The serializer of the body; of several, the one that a member tells, else the usual one."""
        if isinstance(self.body, OneOf):
            return self.body.told_by[member] if member else self.body.usual
        return self.body

    def shape_of(self, given: Mapping[str, Any]) -> type | None:
        """The serializer that reads these values."""
        return self.body.shape_of(given) if isinstance(self.body, OneOf) else self.body


class Registry:
    """All operations of the product by name, and the endpoints that their routes give them."""

    def __init__(self) -> None:
        self._operations: dict[str, Operation] = {}
        self._endpoints: dict[str, set[str]] = {}

    def add(self, operation: Operation) -> None:
        if operation.name in self._operations:
            raise Undeclared(f"operation {operation.name} is declared twice")
        self._operations[operation.name] = operation

    def routed(self, endpoints: Mapping[str, set[str]]) -> None:
        """Take the endpoints of every operation, by its name, as the routes have them."""
        self._endpoints = dict(endpoints)

    def endpoints_of(self, name: str) -> tuple[str, ...]:
        """The endpoints of an operation, in the order of their paths."""
        return tuple(sorted(self._endpoints.get(name, ()), key=lambda each: each.partition(" ")[::-1]))

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
    target: str | None = None,
    subject: str | None = None,
    body: type | OneOf | None = None,
    answers: type | OneOf | None = None,
    moves: Moves | Iterable[Moves] = (),
    duties: Iterable[Duty] = (),
    elevated: Elevation | None = None,
    in_person: InPerson | None = None,
    raises: Iterable[Code] = (),
    condition: str = "",
    anonymous: bool = False,
    secret: bool = False,
    credentials: bool = False,
    door: Door = Door.REST,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an operation.

    Arguments: its name; the SOPs that authorise it; the roles that may perform it (None: every active user); the audit
    verb; the type of its target (also the keyword argument that receives the record); the type whose audit entries
    carry the verb, when that is not the target's; the serializers of its body and of its response; its lifecycle
    transitions; its duties; when it needs an approval; when it must be done in person; the codes that its function
    raises itself, in addition to those that follow from the declaration; the extra condition in words; whether it is
    anonymous; whether its response contains a secret; whether it manages credentials (a token, a password); its entry
    point.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        registry.add(
            Operation(
                name=name,
                sop=(sop,) if isinstance(sop, int) else sop,
                roles=None if roles is None else frozenset(str(role) for role in roles),
                verb=verb,
                target=target,
                subject=subject or target,
                body=body,
                answers=answers,
                moves=(moves,) if isinstance(moves, Moves) else tuple(moves),
                duties=tuple(duties),
                elevated=elevated,
                in_person=in_person,
                raises=frozenset(raises),
                condition=condition,
                anonymous=anonymous,
                secret=secret,
                credentials=credentials,
                door=door,
                run=function,
            )
        )
        return function

    return register
