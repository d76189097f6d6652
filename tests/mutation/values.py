"""Applies a mutant of a table or of a declaration to the loaded modules, which costs no second import.

Only the changed statement is executed, with the names of its module. A changed value replaces the loaded one: in place,
or where something refers to it. What other modules have computed from it on import stays as it was; so a mutant that
lives here is imported by a session after that.
"""

import ast
import gc
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from types import CellType, FunctionType
from typing import Any

from core.operations.registry import registry
from tests.mutation.mutants import ROOT, Mutant

RESTRICTIONS = ("moves", "duties", "elevated", "in_person")


def apply_value(mutant: Mutant) -> bool:
    """Whether the mutant is in force; nothing is changed otherwise."""
    module = sys.modules.get(mutant.path.removesuffix(".py").replace("/", "."))
    statement = _changed_statement(mutant)
    if module is None or statement is None:
        return False
    gc.unfreeze()  # what the suite has frozen has no referrers
    if isinstance(statement, ast.FunctionDef):
        return _declare(vars(module), statement) or _condition(vars(module), statement)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return _assign(vars(module), statement)
    return False


def _changed_statement(mutant: Mutant) -> ast.stmt | None:
    before = ast.parse((ROOT / mutant.path).read_text(encoding="utf-8")).body
    after = ast.parse(mutant.source).body
    changed = [new for old, new in zip(before, after, strict=False) if ast.dump(old) != ast.dump(new)]
    return changed[0] if len(before) == len(after) and len(changed) == 1 else None


def _executed(names: dict[str, Any], statement: ast.stmt) -> dict[str, Any]:
    """The names of a module after one more statement. They are a copy."""
    found = {**names}
    exec(compile(ast.Module([statement], []), names["__file__"], "exec"), found)  # noqa: S102
    return found


def _assign(names: dict[str, Any], statement: ast.Assign | ast.AnnAssign) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    bound = [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
    after = _executed(names, statement)
    return all(_replace(names, name, names[name], after[name]) for name in bound)


def _replace(names: dict[str, Any], name: str, old: Any, new: Any) -> bool:
    if type(old) is not type(new):
        return False
    if isinstance(old, dict):
        old.clear()
        old.update(new)
    elif isinstance(old, list):
        old[:] = new
    elif isinstance(old, set):
        old.clear()
        old.update(new)
    elif isinstance(old, str | int | float | None):
        _rename(name, old, new)
    elif isinstance(old, tuple | frozenset):
        return len(old) > 0 and _refer(old, new)
    elif is_dataclass(old) and not isinstance(old, type):
        _copy(old, new)
    elif hasattr(old, "__dict__") and not isinstance(old, type | FunctionType):
        vars(old).clear()
        vars(old).update(vars(new))
    else:
        return False
    return True


def _rename(name: str, old: Any, new: Any) -> None:
    """Constants are shared: only what has the same name and value is the same constant."""
    for module in list(sys.modules.values()):
        if str(getattr(module, "__file__", "")).startswith(str(ROOT)) and vars(module).get(name) is old:
            setattr(module, name, new)


def _refer(old: Any, new: Any) -> bool:
    """Have everything that refers to the old value refer to the new one; False if something can't."""
    setters: list[Callable[[], None]] = []
    for holder in gc.get_referrers(old):
        found = list(_setters(holder, old, new))
        if not found and isinstance(holder, tuple | frozenset):
            return False
        setters += found
    for change in setters:
        change()
    return bool(setters)


def _setters(holder: Any, old: Any, new: Any) -> Iterator[Callable[[], None]]:
    if isinstance(holder, dict):
        for key in [key for key, value in holder.items() if value is old]:
            yield lambda key=key: holder.__setitem__(key, new)
    elif isinstance(holder, list):
        for position in [position for position, value in enumerate(holder) if value is old]:
            yield lambda position=position: holder.__setitem__(position, new)
    elif isinstance(holder, CellType):
        yield lambda: setattr(holder, "cell_contents", new)
    elif is_dataclass(holder) and not isinstance(holder, type):
        for name in [each.name for each in fields(holder) if getattr(holder, each.name) is old]:
            yield lambda name=name: object.__setattr__(holder, name, new)


def _declare(names: dict[str, Any], statement: ast.FunctionDef) -> bool:
    """Change what an operation declares; only what restricts it is mutated."""
    declared: dict[str, Any] = {}
    names = {**names, "operation": lambda name, **given: declared.update(given, name=name) or (lambda run: run)}
    _executed(names, statement)
    operation = registry.find(declared.get("name", ""))
    if operation is None:
        return False
    moves = declared.get("moves", ())
    after = {
        "moves": tuple(moves) if isinstance(moves, list | tuple) else (moves,),
        "duties": tuple(declared.get("duties", ())),
        "elevated": declared.get("elevated"),
        "in_person": declared.get("in_person"),
    }
    for name in RESTRICTIONS:
        if _told(getattr(operation, name)) != _told(after[name]):
            object.__setattr__(operation, name, after[name])
    return True


def _condition(names: dict[str, Any], statement: ast.FunctionDef) -> bool:
    """Change a named duty, elevation or condition: a decorated predicate."""
    old, new = names[statement.name], _executed(names, statement)[statement.name]
    if type(old) is not type(new) or not is_dataclass(old):
        return False
    _copy(old, new)
    return True


def _copy(old: Any, new: Any) -> None:
    for each in fields(old):
        object.__setattr__(old, each.name, getattr(new, each.name))


def _told(value: Any) -> str:
    """A value without the identities of what was made a second time."""
    return str([str(each) for each in value]) if isinstance(value, tuple) else str(value)
