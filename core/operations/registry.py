"""The operation registry: each operation declares all of its rules where it is defined.

    @operation("incident.resolve", sop=16, roles={IM, TS, EX}, verb=Verb.RESOLVE, target="incident", body=ResolveBody,
               answers=ResolvedIncident, moves=INCIDENT_MOVES.to(RESOLVED), duties=[code_without_evidence_by_manager],
               raises=[Code.PRECONDITION_FAILED])
    def resolve_incident(*, actor, incident, resolution_summary, ...): ...

The routes register the endpoints when they are loaded. The permission check, `GET /policy/`, `docs/policy.md` and the
OpenAPI description are derived from the registry. The application does not start with a route without an operation, or
an operation without a route.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.codes import Code
from core.errors import UndeclaredError
from core.operations.conditions import Duty, Elevation, InPerson, done_in_person, duty, elevation, in_person_directly
from core.operations.lifecycle import Moves
from core.verbs import Verb

__all__ = [
    "Duty",
    "Elevation",
    "EntryPoint",
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


class EntryPoint(StrEnum):
    """The entry point through which an operation is reached."""

    REST = "rest"
    COMMAND = "command"


class OneOf:
    """The variants of a body: the default one, and others selected by a member that only they have.

    OneOf(AgreementBody, agreements=AgreementsBody)
    """

    def __init__(self, default: type, **by_member: type) -> None:
        self.default, self.by_member = default, by_member

    @property
    def shapes(self) -> tuple[type, ...]:
        return (self.default, *self.by_member.values())

    def shape_of(self, given: Mapping[str, Any]) -> type:
        """The serializer for these values."""
        return next((shape for member, shape in self.by_member.items() if member in given), self.default)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation, with every condition for its execution."""

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
    granted: bool
    enrols: bool
    entry_point: EntryPoint
    run: Callable[..., Any]

    @property
    def purpose(self) -> str:
        """The first paragraph of the operation's docstring."""
        return (inspect.getdoc(self.run) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The routes of the operation, as "METHOD /path/"."""
        return registry.endpoints_of(self.name)

    @property
    def lifecycle(self) -> str:
        """Its transitions as text."""
        return "; ".join(str(each) for each in self.moves)

    @property
    def shapes(self) -> tuple[type, ...]:
        """The serializers of its body: none, one, or several."""
        if self.body is None:
            return ()
        return self.body.shapes if isinstance(self.body, OneOf) else (self.body,)

    @property
    def partial(self) -> bool:
        """Whether every field of the body is optional, which is the meaning of PATCH."""
        return any(endpoint.startswith("PATCH ") for endpoint in self.endpoints)

    @property
    def reads(self) -> bool:
        """Whether all its routes are GET."""
        return all(endpoint.startswith("GET ") for endpoint in self.endpoints)

    @property
    def permitted_roles(self) -> list[str]:
        """The permitted roles; "*" if every active user may perform it."""
        return ["*"] if self.roles is None else sorted(self.roles)

    @property
    def writes(self) -> bool:
        """Whether it changes anything; a pure read needs no transaction."""
        return self.verb is not Verb.ENTITY_DISCOVERY

    @property
    def repeatable(self) -> bool:
        """Whether it honours an Idempotency-Key. Responses of authentication or with secrets are not stored."""
        return not (self.anonymous or self.secret or self.credentials)

    @property
    def needs_grant(self) -> bool:
        """Whether a software agent may perform it only if its token names it. Reads need no grant."""
        return self.writes and not (self.granted or self.anonymous) and self.entry_point is EntryPoint.REST

    def permits(self, role: str) -> bool:
        """Whether a role may perform this at all; `roles=None` means every active user."""
        return self.roles is None or role in self.roles

    def answer(self, member: str = "") -> type | None:
        """The serializer of its response; with several variants, the one selected by the member."""
        if isinstance(self.answers, OneOf):
            return self.answers.by_member[member] if member else self.answers.default
        return self.answers

    def shape(self, member: str = "") -> type | None:
        """The serializer of its body; with several variants, the one selected by the member, or the default."""
        if isinstance(self.body, OneOf):
            return self.body.by_member[member] if member else self.body.default
        return self.body

    def shape_of(self, given: Mapping[str, Any]) -> type | None:
        """The serializer for these values."""
        return self.body.shape_of(given) if isinstance(self.body, OneOf) else self.body


class Registry:
    """All operations of the product by name, and their endpoints."""

    def __init__(self) -> None:
        self._operations: dict[str, Operation] = {}
        self._endpoints: dict[str, set[str]] = {}

    def add(self, operation: Operation) -> None:
        if operation.name in self._operations:
            raise UndeclaredError(f"operation {operation.name} is declared twice")
        self._operations[operation.name] = operation

    def routed(self, endpoints: Mapping[str, set[str]]) -> None:
        """Set the endpoints of every operation, by its name, from the routes."""
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
            raise UndeclaredError(f"no operation is declared with the name {name}") from None

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
    granted: bool = False,
    enrols: bool = False,
    entry_point: EntryPoint = EntryPoint.REST,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an operation.

    Arguments: its name; the SOPs that authorise it; the roles that may perform it (None: every active user); the audit
    verb; the type of its target (also the keyword argument that receives the record); the type whose audit entries
    carry the verb, when that is not the target's; the serializers of its body and of its response; its lifecycle
    transitions; its duties; when it needs an approval; when it must be done in person; the codes that its function
    raises itself, in addition to those that follow from the declaration; the extra condition in words; whether it is
    anonymous; whether its response contains a secret; whether it manages credentials (a token, a password); whether
    every software agent may perform it without a grant; whether an account without its required second factor may
    perform it (enrolment, and leaving); its entry point.
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
                granted=granted,
                enrols=enrols,
                entry_point=entry_point,
                run=function,
            )
        )
        return function

    return register
