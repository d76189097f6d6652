"""`docs/policy.md`: the enforced policy, rendered from the registry, one section for each SOP."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from core.codes import Code
from core.operations.refusals import ALWAYS, OF_CALLERS, OF_READS, OF_WRITES, codes_of
from core.operations.registry import EntryPoint, Operation, registry
from core.reading.policy_names import FIELD_NAMES
from core.schema.text import approval_of, permitted_roles
from tools.pages.evidence import files_by_sop
from tools.pages.inputs import inputs_table
from tools.pages.policy_tables import tables
from tools.pages.sops import SOPS

INTRO = """# The policy as enforced by this server

`python -m tools policy_docs` generates this page from the registry of operations; with `--check` it fails when the page
is out of date. The same registry authorizes every request and is the source of `GET /api/v1/policy/`.

The conditions of a write are checked in a fixed order: login, active account, role, in person, scope of the record,
duties that need no body, shape of the body and its references, duties that need the body, version, state and
preconditions, approval. Every refusal is a problem document with one of the codes at the end of this page. Codes that
apply to every request (no login, an inactive account, an invalid body, a failing database or audit trail) are not
repeated for each operation.

Abbreviations of roles: IM incident manager, TS technical support, SA system administrator, AM account manager,
EX executive, VC vendor contact, CC client contact.
"""
NUMBERS = re.compile(r"SOP [0-9]+(?:(?:, | and )[0-9]+)*\. ?")
OF_ANY_BODY = (Code.VALIDATION_ERROR, Code.INVALID_REFERENCE)
COMMON = {*ALWAYS, *OF_CALLERS, *OF_READS, *OF_WRITES, *OF_ANY_BODY, Code.ROLE_NOT_PERMITTED}


def reachable() -> list[Operation]:
    """Every operation with an endpoint."""
    return [each for each in registry if each.entry_point is EntryPoint.REST]


def untested_sops(tests: Path) -> list[int]:
    """The SOPs that operations implement and no test module names."""
    shown = files_by_sop(tests)
    built = {number for each in reachable() for number in each.sop}
    return sorted(number for number in built if number not in shown)


def render(tests: Path) -> str:
    """The whole page. It does not depend on a database."""
    shown = files_by_sop(tests)
    parts = [INTRO, "# Standard operating procedures\n"]
    for number, title in SOPS.items():
        parts.append(f"## {number}. {title}\n")
        parts.extend(_section(number, shown.get(number, [])))
    parts.append("## Operations outside the procedures\n")
    parts.extend(_operation(each) for each in reachable() if not each.sop)
    parts.extend(_names())
    parts.extend(tables(reachable()))
    return "\n".join(parts).rstrip() + "\n"


def _names() -> Iterator[str]:
    """The field names that differ from the policy's inputs."""
    yield "## Names of inputs\n"
    yield "A request that uses the policy's name is refused as `unknown_field`, with the field's name here.\n"
    yield "| The policy's name | Here |\n| --- | --- |"
    for name, ours in FIELD_NAMES.items():
        yield f"| `{name}` | {' or '.join(f'`{each}`' for each in ours) or 'its contents are fields of the body'} |"
    yield ""


def _section(number: int, tests: list[str]) -> Iterator[str]:
    operations = [each for each in reachable() if number in each.sop]
    if not operations:
        yield "Not implemented: no operation performs this procedure.\n"
        return
    yield from inputs_table(number)
    yield from (_operation(each) for each in operations)
    files = ", ".join(f"`{path}`" for path in tests)
    yield f"Tests: {files or 'no test module names this procedure'}.\n"


def _operation(operation: Operation) -> str:
    endpoints = ", ".join(f"`{endpoint}`" for endpoint in operation.endpoints)
    lines = [f"**`{operation.name}`** {endpoints}", "", operation.purpose, ""]
    lines += [f"- {name}: {text}" for name, text in _rules(operation) if text]
    return "\n".join(lines) + "\n"


def _rules(operation: Operation) -> Iterator[tuple[str, str]]:
    yield "Who may", permitted_roles(operation)
    yield "Condition", operation.condition
    yield "Rules", _words(operation)
    yield from (("Duty", f"{duty.text} (`{duty.name}`, `{duty.code}`)") for duty in operation.duties)
    yield "Approval", approval_of(operation)
    yield "In person", operation.in_person.text if operation.in_person else ""
    yield "Lifecycle", operation.lifecycle
    yield "Codes", ", ".join(f"`{code}`" for code in _codes(operation))
    yield "Audit", f"`{operation.verb}`"


def _words(operation: Operation) -> str:
    """The operation's docstring without its first paragraph."""
    _, _, rest = (inspect.getdoc(operation.run) or "").partition("\n\n")
    return NUMBERS.sub("", " ".join(rest.split())).strip()


def _codes(operation: Operation) -> list[Code]:
    return [code for code in codes_of(operation) if code not in COMMON]
