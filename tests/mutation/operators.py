"""The operators: mutmut's, and those for rules that are stated as tables and declarations."""

from collections.abc import Iterator
from typing import Any

import libcst as cst
from libcst import matchers as m
from mutmut.mutation.mutators import mutation_operators

# The arguments of an operation's declaration that restrict it. The matrix of roles has a test of its own.
RESTRICTING = ("duties", "elevated", "in_person", "moves")
BOOLEAN = m.Comparison() | m.BooleanOperation() | m.UnaryOperation(m.Not()) | m.Call(m.Name("bool"))


def is_prose(node: cst.CSTNode) -> bool:
    """Whether a node is a text for people; its wording is no rule."""
    return m.matches(node, m.FormattedString() | m.ConcatenatedString()) or (
        isinstance(node, cst.SimpleString) and (" " in node.value or node.value.startswith('"""'))
    )


def is_enumeration(node: cst.ClassDef) -> bool:
    """Whether a class only names values, which the description of the API guards."""
    return any(m.matches(base.value, m.Name("TextChoices") | m.Name("StrEnum")) for base in node.bases)


def of_mutmut(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    for kind, operator in mutation_operators:
        if not isinstance(node, kind) or (isinstance(node, cst.Call) and not _counts(node)):
            continue
        for number, changed in enumerate(operator(node)):
            if isinstance(node, cst.BaseString) and number:
                continue  # the case of a name is no separate information
            if isinstance(node, cst.Call) and isinstance(changed, cst.Call):
                several = len(node.args) > 1 and len(changed.args) == len(node.args)
                if several or _lost_prose(node, changed):
                    continue  # of several arguments, each is dropped; a single one becomes None
            yield operator.__name__.removeprefix("operator_"), changed


def _counts(call: cst.Call) -> bool:
    """Calls that only make a message, or declare the form of a class, state no rule."""
    return not m.matches(call.func, m.Name("dataclass") | m.Name("Item") | m.Name("Refusal") | m.Name("cast"))


def _lost_prose(call: cst.Call, changed: cst.Call) -> bool:
    """Whether the changed call only lacks, or has None for, an argument that is a text for people."""
    kept = {id(each.value) for each in changed.args}
    return any(is_prose(each.value) for each in call.args if id(each.value) not in kept)


def dropped_rows(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """A table or set without one of its rows."""
    if not isinstance(node, cst.Dict | cst.Set | cst.List | cst.Tuple) or (
        isinstance(node, cst.Set) and len(node.elements) == 1
    ):
        return
    for position in range(len(node.elements)):
        rest = [*node.elements[:position], *node.elements[position + 1 :]]
        if isinstance(node, cst.Tuple) and len(rest) == 1:
            rest = [rest[0].with_changes(comma=cst.Comma())]
        elif isinstance(node, cst.Tuple) and not rest and not node.lpar:
            continue
        yield "drop_row", node.with_changes(elements=rest)


def negated(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """The answer of a predicate, turned round."""
    if isinstance(node, cst.Return) and node.value is not None and m.matches(node.value, BOOLEAN):
        yield (
            "negate_return",
            node.with_changes(value=_not(node.value), whitespace_after_return=cst.SimpleWhitespace(" ")),
        )


def negated_condition(condition: cst.If) -> Iterator[tuple[str, cst.CSTNode]]:
    """The test of a condition, turned round."""
    yield "negate_if", _not(condition.test)


def _not(test: Any) -> cst.UnaryOperation:
    inner = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.UnaryOperation(cst.Not(), inner)


def dropped_declarations(call: cst.Call) -> Iterator[tuple[str, cst.CSTNode]]:
    """An operation's declaration without an argument that restricts it, or without one entry of it."""
    for position, argument in enumerate(call.args):
        if argument.keyword is None or argument.keyword.value not in RESTRICTING:
            continue
        rest = [*call.args[:position], *call.args[position + 1 :]]
        yield f"drop_{argument.keyword.value}", call.with_changes(args=rest)
        if isinstance(argument.value, cst.List | cst.Tuple) and len(argument.value.elements) > 1:
            for name, value in dropped_rows(argument.value):
                changed = argument.with_changes(value=value)
                yield name, call.with_changes(args=[*call.args[:position], changed, *call.args[position + 1 :]])
