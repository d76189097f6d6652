"""The tables of `docs/policy.md`: roles, segregation of duties, lifecycles, approvals, codes, interpretations."""

import importlib
from collections.abc import Iterator, Sequence

from core.codes import MEANINGS, Code
from core.operations.lifecycle import Lifecycle
from core.operations.registry import Operation
from core.schema.postprocessing.enums import choices_classes
from core.schema.text import readable_name
from tools.pages.readings import INTERPRETATIONS
from users.choices import AM, CC, EX, IM, SA, TS, VC

# This test fails if it does not cover a duty of the registry.
SEGREGATION_TEST = "tests/scenarios/test_segregation.py"
ROLES = {"IM": IM, "TS": TS, "SA": SA, "AM": AM, "EX": EX, "VC": VC, "CC": CC}


def tables(operations: Sequence[Operation]) -> Iterator[str]:
    """Every table of the page, with its heading."""
    yield "# Roles and operations\n"
    yield (
        "● permitted; ◐ permitted, possibly with an approval; additional conditions are listed with the operations "
        "above.\n"
    )
    yield _table(["operation", "SOP", *ROLES], (_roles(each) for each in operations))
    yield "# Segregation of duties\n"
    yield f"`{SEGREGATION_TEST}` tests each rule with the excluded person, at every entry point.\n"
    yield _table(["operation", "rule", "sentence"], _segregation(operations))
    yield "# Lifecycles\n"
    yield "All other transitions are refused as `invalid_transition`, with the allowed statuses.\n"
    for name, table in lifecycles():
        yield f"**{name}**\n"
        yield _table(["from", "to"], ([f"`{one}`", _codes(others)] for one, others in table.items()))
    yield "# Approval rules\n"
    yield "The defaults; an installation changes them with `PATCH /approval-rules/{id}/`, which is elevated itself.\n"
    yield _table(["operation", "when", "approved by"], _approvals(operations))
    yield "# Codes\n"
    yield _table(["code", "status", "error class", "meaning", "next step", "requires a person"], _meanings())
    yield "# Interpretations of the policy where it is silent\n"
    for topic, sentences in INTERPRETATIONS.items():
        yield f"**{topic}**\n"
        yield "\n".join(f"- {sentence}" for sentence in sentences) + "\n"


def lifecycles() -> Iterator[tuple[str, Lifecycle]]:
    """Every lifecycle in the apps' choices modules, with its name."""
    for name in sorted({each.__module__ for each in choices_classes()}):
        for variable, value in vars(importlib.import_module(name)).items():
            if isinstance(value, Lifecycle):
                yield f"{value.name} (`{name}.{variable}`)", value


def _roles(operation: Operation) -> list[str]:
    numbers = ", ".join(str(number) for number in operation.sop) or "–"
    return [f"`{operation.name}`", numbers, *(_mark(operation, role) for role in ROLES.values())]


def _mark(operation: Operation, role: str) -> str:
    if not operation.permits(role):
        return ""
    return "◐" if operation.elevated and role not in operation.elevated.approvers else "●"


def _segregation(operations: Sequence[Operation]) -> Iterator[list[str]]:
    for operation in operations:
        for duty in operation.duties:
            if duty.code == Code.SEGREGATION_OF_DUTIES:
                yield [f"`{operation.name}`", f"`{duty.name}`", duty.text]


def _approvals(operations: Sequence[Operation]) -> Iterator[list[str]]:
    for operation in operations:
        if operation.elevated:
            approvers = ", ".join(readable_name(role) for role in sorted(operation.elevated.approvers))
            yield [f"`{operation.name}`", operation.elevated.text, approvers]


def _meanings() -> Iterator[list[str]]:
    for code, meaning in MEANINGS.items():
        human = "yes" if meaning.human else ""
        yield [f"`{code}`", str(meaning.status), str(meaning.error_class), meaning.title, meaning.next, human]


def _codes(values: Sequence[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _table(names: Sequence[str], rows: Iterator[list[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines) + "\n"
