"""The texts of the console's templates are marked for translation: none stands outside the catalogue."""

import re
from pathlib import Path

import pytest

from tests.live import ROOT

TEMPLATES = sorted((ROOT / "console" / "templates").glob("**/*.html"))
MARKED = re.compile(
    r"{%\s*block bodyclass.*?endblock\s*%}|{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
SPOKEN = re.compile(r"""\s(?:title|alt|placeholder|aria-label)=(?:"([^"]*)"|'([^']*)')""")
# Icons are drawn from their names, which are hidden from readers.
ICON = re.compile(r'<span class="material-symbols-outlined" aria-hidden="true">[a-z_]*</span>')
TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<!--.*?-->|<[^>]*>", re.DOTALL)
# Names that are the same in every language; the page for failures, where nothing is loaded; a part of a tag.
NAMES = {"SOP", "html", "en", "kbd"}
OTHERS = {"error.html", "described.html"}


def unmarked(text: str) -> set[str]:
    """The words between the tags, and in the attributes that are read out, which no tag marks."""
    bare = ICON.sub("", MARKED.sub("", text))
    spoken = [first or second for first, second in SPOKEN.findall(bare)]
    words = re.findall(r"[A-Za-z]{2,}", " ".join([TAG.sub(" ", bare), *spoken]))
    return set(words) - NAMES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_text_of_a_template_is_marked(path: Path) -> None:
    if path.name not in OTHERS:
        assert unmarked(path.read_text(encoding="utf-8")) == set()


def test_the_check_finds_what_is_not_marked() -> None:
    assert unmarked('<p title="Shown">{% translate "Marked" %} Plain {{ value }}</p>') == {"Shown", "Plain"}
    assert unmarked("{% blocktranslate %}All {{ n }} marked{% endblocktranslate %}<b class='x'></b>") == set()
