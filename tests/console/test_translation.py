"""A translation needs no code: every text of the console is in the catalogue, as a pseudo-locale shows.

The pseudo-locale puts each translated text into brackets. What stands outside them is data of records, a name that is
the same in every language, or marked as English, as the sentences of the API are.
"""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import django_filters
import pytest
import rest_framework
from django.apps import apps
from django.test import Client as Browser
from django.utils import translation

from tests.console.kinds import OUTSIDE, kinds_of_pages, lists
from tests.console.world import browser
from tests.users.factories import UserFactory
from tools.commands.texts import CATALOGUE
from tools.pages.catalogue import texts
from users.choices import IM

OPEN, CLOSE = "⟦", "⟧"
# Inert parts, texts that people wrote, and what is marked as English.
SILENT = re.compile(
    r"<(style|script|svg|textarea|time|pre)\b.*?</\1>|<!--.*?-->"
    r"""|<(\w+)[^>]*class="[^"]*(?:material-symbols-outlined|ims-prose)[^"]*"[^>]*>.*?</\2>""",
    re.DOTALL,
)
ENGLISH = re.compile(r"""<(?!html)(\w+)[^>]*\slang="en"[^>]*>(?:(?!<\1\b).)*?</\1>""", re.DOTALL)
SPOKEN = re.compile(r"""\s(?:title|alt|placeholder|aria-label)=(?:"([^"]*)"|'([^']*)')""")
TAG = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
BRACKETED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
REQUEST_ID = re.compile(r"\b[0-9a-f]{32}\b")
WORD = re.compile(r"[A-Za-z]{2,}")
# Names that are the same in every language.
NAMES = {
    "SOP",
    "UTC",
    "Incident",
    "Management",
    "Test",
    "Console",
    "P1",
    "PDF",
    "JSON",
    "HTML",
    "MD",
    "TXT",
    "CSV",
    "INC",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The pseudo-locale; the texts that were asked for."""
    found: set[str] = set()

    def pseudo(text: Any) -> str:
        if not text or OPEN in text:
            return str(text)
        found.add(str(text))
        return f"{OPEN}{text}{CLOSE}"

    def counted(one: str, many: str, number: int) -> str:
        found.add(one)
        return f"{OPEN}{one if number == 1 else many}{CLOSE}"

    active = translation._trans  # type: ignore[attr-defined]
    monkeypatch.setattr(active, "gettext", pseudo)
    monkeypatch.setattr(active, "ngettext", counted)
    monkeypatch.setattr(active, "pgettext", lambda _context, text: pseudo(text))
    return found


def outside_of(html: str, data: list[str]) -> set[str]:
    """The visible words that no catalogue gave."""
    while html != (html := ENGLISH.sub(" ", SILENT.sub(" ", html))):
        pass
    spoken = [first or second for first, second in SPOKEN.findall(html)]
    text = "\n".join([TAG.sub("\n", html[html.index("<body") :]), *spoken])
    text = text.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")
    while text != (text := BRACKETED.sub(" ", text)):
        pass
    text = REQUEST_ID.sub(" ", text)
    for each in data:
        text = text.replace(each, " ")
    return set(WORD.findall(text)) - NAMES


def data_of_records() -> list[str]:
    """Every text in the database, the longest first."""
    found: set[str] = set()
    for model in apps.get_models():
        for row in model._default_manager.values():
            found.update(strings_in(list(row.values())))
    return sorted(found, key=len, reverse=True)


def strings_in(value: Any) -> Iterator[str]:
    """Every text in a value, and each of its lines."""
    if isinstance(value, str):
        yield from filter(None, (value, *value.splitlines()))
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings_in(each)


def test_no_page_shows_a_text_outside_the_catalogue(db: None, asked: set[str]) -> None:
    manager = UserFactory(role=IM, name="Ines")
    pages, inside, outside = kinds_of_pages(manager) | lists(), browser(manager), Browser()
    shown = {name: inside.get(address).text for name, address in pages.items()}
    shown |= {name: outside.get(address).text for name, address in OUTSIDE.items()}
    data = data_of_records()
    found = {name: words for name, html in shown.items() if (words := outside_of(html, data))}
    assert found == {}
    assert asked - texts().keys() - of_libraries() == set()


def of_libraries() -> set[str]:
    """The texts of the catalogues of Django and of what extends it."""
    found: set[str] = set()
    for package in (django, rest_framework, django_filters):
        for folder in Path(package.__file__).parent.glob("**/locale"):
            catalogue: Any = gettext.translation("django", folder, ["de"], fallback=True)
            found |= {each if isinstance(each, str) else each[0] for each in getattr(catalogue, "_catalog", {})}
    return found


def test_the_catalogue_is_a_file_that_translators_copy() -> None:
    written = CATALOGUE.read_text(encoding="utf-8")
    assert 'msgid "Nothing waits for you."' in written
    assert 'msgid_plural "%(left)s recovery codes left."' in written


def test_the_check_finds_what_is_outside() -> None:
    html = f'<body><p title="Shown">{OPEN}In{CLOSE} Out <b lang="en">Sentence</b> {OPEN}a {OPEN}b{CLOSE}{CLOSE}</p>'
    assert outside_of(html, []) == {"Shown", "Out"}
