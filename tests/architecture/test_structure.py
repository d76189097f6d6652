"""The project's structural rules: sizes, names, layers, and what every model and operation must declare."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from importlinter.cli import EXIT_STATUS_SUCCESS
from importlinter.cli import lint_imports as run_contracts

from core.models import Record
from core.operations.registry import registry
from core.querysets import RecordQuerySet

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
SOURCES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
)
MAX_FILE_LINES, MAX_FUNCTION_LINES = 300, 40
MAX_CORE_FILES, MAX_IMS_LINES = 12, 5_000
OWN_MODELS = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
# Records that no account reads: the deny-by-default scope of the base is theirs.
READ_BY_NOBODY = {"Checkpoint", "TrailArchive"}
RECORDS = [model for model in OWN_MODELS if issubclass(model, Record)]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function's name and the lines of its statements: signature and docstring do not count."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node, clean=False) is not None
            body = node.body[1:] if documented else node.body
            if body:
                yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_there_are_sources():
    assert len(SOURCES) > 50
    assert len(RECORDS) > 5


def test_files_are_short():
    long = {named(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in long.items() if lines >= MAX_FILE_LINES} == {}


def test_the_packages_of_core_are_small_and_have_a_docstring():
    folders = {
        path.parent for path in SOURCES if path.parts[len(ROOT.parts)] == "core" and "management" not in path.parts
    }
    assert len(folders) > 5
    assert {
        named(each): len(list(each.glob("*.py"))) for each in folders if len(list(each.glob("*.py"))) > MAX_CORE_FILES
    } == {}
    purposes = {named(each): ast.get_docstring(ast.parse((each / "__init__.py").read_text())) for each in folders}
    assert [name for name, purpose in purposes.items() if not purpose] == []


def test_the_composition_root_is_small():
    lines = {
        named(path): len(path.read_text().splitlines()) for path in SOURCES if path.parts[len(ROOT.parts)] == "ims"
    }
    assert sum(lines.values()) < MAX_IMS_LINES


def test_functions_are_short():
    long = {f"{named(path)}:{name}": lines for path in SOURCES for name, lines in functions(path)}
    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES} == {}


def test_no_file_is_named_for_having_no_subject():
    assert [named(path) for path in SOURCES if path.stem in ("utils", "helpers", "misc", "common")] == []


def test_floors_import_only_downward(monkeypatch):
    monkeypatch.chdir(ROOT)
    # import-linter's own configuration would disable every logger that exists.
    monkeypatch.setattr("importlinter.cli._configure_logging", lambda verbose: None)
    assert run_contracts(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_every_record_has_its_entity_type_and_its_scope(model):
    assert model.entity_type
    assert len(model.entity_type) <= 32
    assert issubclass(type(model.objects.all()), RecordQuerySet)
    states_scope = type(model.objects.all()).visible_to is not RecordQuerySet.visible_to
    assert states_scope is not (model.__name__ in READ_BY_NOBODY)


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_no_relation_hides_a_method_of_the_record(model):
    """A foreign key called `change`, or a reverse name `changes`, would take the place of what saves a record."""
    names = {
        field.get_accessor_name() if hasattr(field, "get_accessor_name") else field.name
        for field in model._meta.get_fields()
    }
    methods = {name for name, value in vars(Record).items() if callable(value) and not name.startswith("__")}
    assert "change" in methods
    assert names & methods == set()


def test_entity_types_are_unique():
    types = [model.entity_type for model in RECORDS]
    assert len(types) == len(set(types))


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_every_constraint_and_index_has_a_name_and_none_hides_in_a_field(model):
    assert all(each.name for each in (*model._meta.constraints, *model._meta.indexes))
    assert not model._meta.unique_together
    hidden = [field.name for field in model._meta.concrete_fields if field.unique and not field.primary_key]
    assert [name for name in hidden if not model._meta.get_field(name).one_to_one] == []


@pytest.mark.parametrize("name", [each.name for each in registry])
def test_every_operation_has_a_purpose(name):
    operation = registry[name]
    assert operation.purpose.endswith((".", ":"))
    assert operation.sop or operation.endpoints or operation.entry_point == "command"
    for each in operation.duties:
        assert each.text.endswith(".")
        assert each.name.isidentifier()
