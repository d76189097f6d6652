"""The catalogue of the console's texts: every English text that it translates, with the files that contain it.

Literal texts are those of gettext calls and of templates. Further ones are made from declarations: labels of models,
fields and choices, and what the registry says about operations.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import unfold
from django.conf import settings
from django.contrib import admin
from django.template.base import Lexer, TokenType
from django.utils.text import capfirst

from console.operations.labels import choice_source, field_source, purpose_source
from core.codes import MEANINGS
from core.operations.entities import models_by_type
from core.operations.registry import registry
from core.reading.collections import collections
from core.verbs import Verb
from incidents.severity import CLAUSES
from resolution.choices import TimelineKind
from users.choices import Role

ROOT = Path(settings.BASE_DIR)
SOURCES = (
    *("console", "core", "users", "audit", "approvals", "vendors", "products", "clients", "incidents", "changes"),
    *("knowledge", "reporting", "resolution"),
)
CALLS = frozenset({"_", "_lazy", "gettext", "gettext_lazy"})
TAGS = re.compile(r"""^(?:translate|trans)\s+(?:"([^"]*)"|'([^']*)')""")
BLOCK, END, PLURAL = ("blocktranslate", "blocktrans"), ("endblocktranslate", "endblocktrans"), "plural"
DECLARED = "declarations"
# The statuses that the console answers with an error page.
SHOWN_STATUSES = (400, 403, 404, 409, 413, 414, 422, 429, 500, 503)

HEAD = r"""msgid ""
msgstr ""
"Language: en\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""

# Text → (its plural or "", the places that contain it).
Texts = dict[str, tuple[str, set[str]]]


def texts() -> Texts:
    """All texts of the console."""
    found: dict[str, set[str]] = defaultdict(set)
    plurals: dict[str, str] = {}
    for path in sorted(ROOT / each for each in _python_files()):
        for text in _of_python(path.read_text(encoding="utf-8")):
            found[text].add(str(path.relative_to(ROOT)))
    for base, path in _templates():
        for text, plural in _of_template(path.read_text(encoding="utf-8")):
            found[text].add(str(path.relative_to(base)))
            plurals |= {text: plural} if plural else {}
    for text in filter(None, _declared()):
        found[text].add(DECLARED)
    return {text: (plurals.get(text, ""), places) for text, places in sorted(found.items())}


def _python_files() -> Iterator[Path]:
    for name in SOURCES:
        yield from (path.relative_to(ROOT) for path in (ROOT / name).glob("**/*.py") if "migrations" not in path.parts)


def _templates() -> Iterator[tuple[Path, Path]]:
    """The templates of the console, and those of the theme, which has no catalogue; each with its base."""
    theme = Path(unfold.__file__).parent
    for base, folder in ((ROOT, ROOT / "console" / "templates"), (theme.parent, theme / "templates")):
        yield from ((base, path) for path in sorted(folder.glob("**/*.html")))


def _of_python(source: str) -> Iterator[str]:
    """The literal first arguments of gettext calls."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
            yield from _literals(node.args[0])


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))


def _of_template(source: str) -> Iterator[tuple[str, str]]:
    """The texts of its tags, as (text, plural)."""
    parts: list[list[str]] = []
    for token in Lexer(source).tokenize():
        word = token.contents.split(" ", maxsplit=1)[0] if token.token_type is TokenType.BLOCK else ""
        if literal := TAGS.match(token.contents) if word else None:
            yield literal[1] or literal[2], ""
        elif word in BLOCK:
            parts = [[]]
        elif word in END:
            singular, plural = ["".join(each) for each in [*parts, []]][:2]
            yield singular, plural
            parts = []
        elif word == PLURAL and parts:
            parts.append([])
        elif parts:
            name = f"%({token.contents})s" if token.token_type is TokenType.VAR else token.contents.replace("%", "%%")
            parts[-1].append(name)


def _declared() -> Iterator[str]:
    """The texts that declarations contain or give."""
    yield settings.UNFOLD["SITE_SUBHEADER"]
    for kind in (*models_by_type(), "console"):
        yield from (field_source(kind), kind.replace("_", " "))
    yield from (field_source(str(each)) for each in TimelineKind)
    yield from (str(role.label) for role in Role)
    yield from (str(verb.label) for verb in Verb)
    yield from (clause.sentence for clause in CLAUSES)
    yield from (HTTPStatus(status).phrase for status in SHOWN_STATUSES)
    yield from (meaning.title for meaning in MEANINGS.values())
    for operation in registry:
        yield from (purpose_source(operation), operation.condition, operation.lifecycle)
        yield from (each.text for each in (operation.elevated, operation.in_person) if each)
        yield from (field_source(operation.name.replace(".", " ")), operation.name.replace("_", " "))
        yield from (text for shape in operation.shapes for text in _of_shape(shape()))
        for moves in operation.moves:
            yield field_source(moves.lifecycle.name)
            yield from (field_source(str(status)) for status in moves.lifecycle)
    for collection in collections.values():
        yield from (field_source(str(name)) for name in collection.single().fields)
    yield from _of_lists()


def _of_shape(shape: Any) -> Iterator[str]:
    for name, field in shape.fields.items():
        yield from (field_source(name), str(field.help_text or ""))
        inner = getattr(field, "child", field)
        yield from (choice_source(key, label) for key, label in getattr(inner, "choices", {}).items())
        if hasattr(inner, "fields"):
            yield from _of_shape(inner)


def _of_lists() -> Iterator[str]:
    """The labels of the lists and of the records' pages."""
    pages: dict[Any, Any] = dict(admin.site._registry)
    for model, page in pages.items():
        meta = model._meta
        yield from (page.group, str(meta.verbose_name), str(meta.verbose_name_plural))
        yield from (*page.titles.values(), *(title for title, _label, _key in page.related))
        yield from (option.replace("_", " ") for options in page.value_filters.values() for option in options())
        yield from (name.rsplit("__", maxsplit=1)[-1].replace("_", " ") for name in _columns(page))
        yield from (title or "" for title, _names in page.sections)
        yield from (str(each.verbose_name_plural or each.model._meta.verbose_name_plural) for each in page.inlines)
        for field in meta.get_fields():
            if hasattr(field, "verbose_name"):
                yield str(field.verbose_name)
            yield from (text for key, label in getattr(field, "flatchoices", ()) for text in _forms(key, label))


def _columns(page: Any) -> Iterator[str]:
    """The names of a list's columns, of a record's fields and of its inline tables' columns."""
    sections = [name for _title, names in page.sections for name in names]
    inline = [name for each in page.inlines for name in getattr(each, "columns", ())]
    for name in (*page.columns, *sections, *inline):
        yield from (name,) if isinstance(name, str) else name


def _forms(key: Any, label: Any) -> Iterable[str]:
    """A choice's label as it stands alone, and as in a sentence."""
    return choice_source(key, label), str(label), capfirst(str(label).lower())


def written() -> str:
    """The catalogue as a file in the format of gettext; an English text is its own translation."""
    return "\n".join([HEAD, *(_entry(text, plural, places) for text, (plural, places) in texts().items())])


def _entry(text: str, plural: str, places: set[str]) -> str:
    lines = [
        f"#: {' '.join(sorted(places))}",
        *(["#, python-format"] if "%(" in text else []),
        f"msgid {_quoted(text)}",
    ]
    if plural:
        return "\n".join([*lines, f"msgid_plural {_quoted(plural)}", 'msgstr[0] ""', 'msgstr[1] ""', ""])
    return "\n".join([*lines, 'msgstr ""', ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
