"""Which operations are listed as tools: all that a token grants, or, where they are too many, a named part of them.

A toolset is a group of SOPs. It decides only what is listed: the token decides what may be called.
"""

from collections.abc import Iterable

from core.operations.registry import EntryPoint, Operation, registry

# The toolsets by name, in the order in which the default one is chosen, with their SOPs.
TOOLSETS: dict[str, tuple[int, ...]] = {
    "response": (2, 12, 13, 14, 15, 16, 17, 18),
    "problems": (19, 20, 21, 24, 25),
    "service": (4, 10, 11, 26, 22, 23, 27),
    "accounts": (3, 5, 6, 7, 8, 9),
}
# What a list of tools may be, so that it fits into a model's context.
MOST_TOOLS, MOST_BYTES = 30, 32_000


def toolset_of(operation: Operation) -> str:
    """The toolset of an operation; those without an SOP belong to the last."""
    return next((name for name, sops in TOOLSETS.items() if set(sops) & set(operation.sop)), "accounts")


def callable_by_agents(operation: Operation) -> bool:
    """Whether an agent could ever perform it: not what is always in person, nor what is for commands or logins."""
    always_in_person = (
        operation.in_person is not None and operation.in_person.refuses and operation.in_person.unconditional
    )
    return (
        operation.writes
        and operation.entry_point is EntryPoint.REST
        and not (operation.anonymous or operation.granted or always_in_person)
    )


def grant_of_role(role: str) -> list[str]:
    """Every operation that an agent of a person with this role could perform, by name."""
    return [each.name for each in registry if callable_by_agents(each) and each.permits(role)]


def listed(granted: Iterable[str], toolset: str, room: int) -> list[Operation]:
    """The operations to list, by name: the toolset's, or all if none is chosen and they fit into the room."""
    found = [each for each in map(registry.find, sorted(granted)) if each is not None and callable_by_agents(each)]
    if toolset:
        return [each for each in found if toolset_of(each) == toolset]
    if len(found) <= room:
        return found
    first = next(name for name in TOOLSETS if any(toolset_of(each) == name for each in found))
    return [each for each in found if toolset_of(each) == first]
