"""docs/glossary.md explains every public noun of the API and every term of the policy, each exactly once."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from core.operations.entities import models_by_type
from core.schema.text import readable_name
from ims.docs.views import read_schema
from tests.live import ROOT
from users.choices import Role

# A row: the term, its names in code, its meaning. Enumerations and roles have the name first or second.
ROW = re.compile(r"^\| ([^|]+) \|(?: ([^|]*) ?\|)? ([^|]+) \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "glossary.md").read_text()
ROWS = [
    row for row in ROW.findall(PAGE) if not set(row[0]) <= set("-| ") and row[2] not in ("meaning", "responsibility")
]
# Terms of the policy that name neither a record nor a value, as it writes them.
OF_THE_POLICY = [
    *("IMS", "SOP", "segregation of duties", "approval", "elevated operation", "halt", "handoff", "data minimisation"),
    *("discovery", "audit trail", "postmortem", "correlation", "classification", "service level agreement"),
    *(
        "subscription",
        "recovery objective",
        "MTTD, MTTA, MTTR, MTBF",
        "knowledge article",
        "root cause analysis",
        "post-incident review",
    ),
]


def public_nouns() -> Iterator[str]:
    """Roles, record types, resources, representations and enumerations, under their names in the API."""
    description = read_schema()
    yield from Role.values
    yield from models_by_type()
    yield from (tag["name"] for tag in description["tags"])
    yield from resources(description["paths"])
    for name, schema in description["components"]["schemas"].items():
        if name.endswith("Enum") and len(schema.get("enum", ())) > 1:
            yield name.removesuffix("Enum")
        if name.endswith("Read"):
            yield name.removesuffix("Read")


def resources(paths: dict[str, dict[str, object]]) -> Iterator[str]:
    """The last name of each path that can be read."""
    for path, methods in paths.items():
        if "get" in methods:
            yield next(part for part in reversed(path.split("/")) if part and "{" not in part)


def names() -> Counter[str]:
    """The names in code that the page explains, in the first two columns."""
    return Counter(name for term, others, _ in ROWS for name in re.findall(r"`([^`]+)`", f"{term} {others}"))


def test_every_public_noun_is_in_the_glossary_exactly_once():
    public = set(public_nouns())
    assert len(public) > 150
    assert {name for name in public if names()[name] != 1} == set()


def test_the_glossary_names_nothing_that_does_not_exist():
    assert set(names()) - set(public_nouns()) == set()


def test_every_term_occurs_once_with_its_meaning():
    terms = Counter(term.casefold() for heading, _, _ in ROWS for term in heading.split(", "))
    assert {term: count for term, count in terms.items() if count > 1} == {}
    assert all(meaning.strip() and not meaning.endswith(".") for _, _, meaning in ROWS)


@pytest.mark.parametrize("term", [*OF_THE_POLICY, *map(readable_name, Role.values)])
def test_terms_of_the_policy_are_explained(term):
    headings = [re.sub(r" \([A-Z]+\)", "", heading) for heading, _, _ in ROWS]
    assert headings.count(term) == 1
