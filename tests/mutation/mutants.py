"""Mutants of a module: its source with one detail changed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import libcst as cst
from libcst import matchers as m
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, PositionProvider

from tests.mutation import operators
from tests.mutation.targets import Target

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 90
# Subtrees in which nothing is a rule.
SKIPPED = (cst.Annotation, cst.Import, cst.ImportFrom, cst.AugAssign, cst.Assert)


@dataclass
class Mutant:
    """One change. `function` is the qualified name of the function around it; empty: it applies on import."""

    path: str
    line: int
    function: str
    operator: str
    before: str
    after: str
    module: cst.Module
    old: cst.CSTNode
    new: cst.CSTNode
    # The module's text, and where the changed part of it begins and ends, in bytes.
    whole: bytes
    start: int
    end: int

    @cached_property
    def source(self) -> str:
        """The changed text in its place, which is much faster than a changed tree; not where lines are indented."""
        old, new = (self.module.code_for_node(each).strip().encode() for each in (self.old, self.new))
        if self.whole[self.start : self.end] == old:
            return (self.whole[: self.start] + new + self.whole[self.end :]).decode()
        return self.module.deep_replace(self.old, self.new).code  # type: ignore[attr-defined]

    @cached_property
    def key(self) -> str:
        """Names the same change of the same source in every run."""
        return hashlib.sha256(f"{self.path}\n{self.source}".encode()).hexdigest()[:16]

    @property
    def text(self) -> str:
        return f"{self.path}:{self.line} [{self.operator}] {self.before} → {self.after}"


def mutants_of(target: Target) -> Iterator[Mutant]:
    wrapper = MetadataWrapper(cst.parse_module((ROOT / target.path).read_text(encoding="utf-8")))
    visitor = _Collector(target, wrapper.module)
    wrapper.visit(visitor)
    seen: set[str] = set()
    for mutant in visitor.found:
        if mutant.source not in seen and _compiles(mutant):
            seen.add(mutant.source)
            yield mutant


def _compiles(mutant: Mutant) -> bool:
    try:
        compile(mutant.source, mutant.path, "exec")
    except SyntaxError:
        return False
    return True


class _Collector(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, ByteSpanPositionProvider)

    def __init__(self, target: Target, module: cst.Module) -> None:
        self.target, self.module, self.whole = target, module, module.bytes
        self.found: list[Mutant] = []
        self.scope: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, SKIPPED) or operators.is_prose(node):
            return False
        if isinstance(node, cst.FunctionDef):
            self.scope += [node.name.value, "<locals>"]
        elif isinstance(node, cst.ClassDef):
            self.scope.append(node.name.value)
            if operators.is_enumeration(node):
                return False
        self._mutate(node)
        return not _declares_class(node)

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef):
            del self.scope[-2:]
        elif isinstance(original_node, cst.ClassDef):
            self.scope.pop()

    def _mutate(self, node: cst.CSTNode) -> None:
        if m.matches(node, m.Call(m.Name("operation"))) and isinstance(node, cst.Call):
            self._add(node, operators.dropped_declarations(node))
        elif not self.target.declarations:
            for made in (operators.of_mutmut(node), operators.dropped_rows(node), operators.negated(node)):
                self._add(node, made)
            if isinstance(node, cst.If):
                self._add(node.test, operators.negated_condition(node))

    def _add(self, node: cst.CSTNode, made: Iterator[tuple[str, cst.CSTNode]]) -> None:
        line = self.get_metadata(PositionProvider, node).start.line
        span = self.get_metadata(ByteSpanPositionProvider, node)
        at = (span.start, span.start + span.length)
        for operator, new in made:
            before, after = (" ".join(self.module.code_for_node(each).split()) for each in (node, new))
            before, after = _around_difference(before, after)
            function = ".".join(self.scope[:-1]) if self.scope and self.scope[-1] == "<locals>" else ""
            self.found.append(
                Mutant(
                    self.target.path, line, function, operator, before, after, self.module, node, new, self.whole, *at
                )
            )


def _declares_class(node: cst.CSTNode) -> bool:
    return m.matches(node, m.Decorator(m.Call(m.Name("dataclass"))))


def _around_difference(before: str, after: str) -> tuple[str, str]:
    """The parts of two long texts around their first difference."""
    start = next((i for i, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
    start = max(0, start - 30) if max(len(before), len(after)) > LONGEST else 0
    return before[start : start + LONGEST], after[start : start + LONGEST]
