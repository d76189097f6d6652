"""Folding of text: two texts are equal to the product if their folded forms are equal.

There are three kinds of text. Punctuation counts in names and addresses (j.smith@ is not j-smith@) and does not in
titles and search terms. Keys are folded here and stored, so that both databases decide alike.

Every function is pure and idempotent: folding a folded text changes nothing.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import idna

# Unicode's property Default_Ignorable_Code_Point, which Python's standard library lacks: invisible characters. The
# range of tags and variation selectors includes unassigned code points, as the property does.
DEFAULT_IGNORABLE = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
# Interlinear annotation marks are invisible as well, but do not have the property.
ANNOTATION = ((0xFFF9, 0xFFFB),)
# Control characters other than white space.
CONTROL = ((0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F))


REMOVED = dict.fromkeys(
    code for first, last in (*DEFAULT_IGNORABLE, *ANNOTATION, *CONTROL) for code in range(first, last + 1)
)
# The same as the inside of a character class.
INVISIBLE = "".join(f"{chr(first)}-{chr(last)}" for first, last in (*DEFAULT_IGNORABLE, *ANNOTATION, *CONTROL) if first)
# Characters that no folding removes.
VISIBLE = re.compile(r"[!-~]")
# There are none beyond the second plane of Unicode.
PUNCTUATION = {code: " " for code in range(0x20000) if unicodedata.category(chr(code)).startswith("P")}


def fold_name(text: str) -> str:
    """The form of names and identifiers: Unicode form, case, invisible characters and white space runs do not count."""
    return _settled(text, _fold_name)


def fold_title(text: str) -> str:
    """The form of titles and search terms: as for names, and runs of punctuation become one space.

    Text that consists of punctuation only is folded as a name, so that "?!" is neither nothing nor the same as "...".
    """
    return _settled(text, _fold_title)


def fold_email(text: str) -> str:
    """The form of an e-mail address: the local part as a name, the domain in the ASCII form of DNS."""
    return _settled(text, _fold_email)


def is_blank(text: str) -> bool:
    """Whether a text has no visible characters."""
    return not VISIBLE.search(text) and not fold_name(text)


FOLDINGS: dict[str, Callable[[str], str]] = {"name": fold_name, "title": fold_title, "email": fold_email}


def _settled(text: str, fold: Callable[[str], str]) -> str:
    """Fold until nothing changes: removing characters can bring letters together that compose."""
    folded = fold(text)
    while (again := fold(folded)) != folded:
        folded = again
    return folded


def _fold_name(text: str) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKD", text).casefold().translate(REMOVED)
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _fold_title(text: str) -> str:
    name = _fold_name(text)
    return " ".join(name.translate(PUNCTUATION).split()) or name


def _fold_email(text: str) -> str:
    local, at, domain = text.strip().rpartition("@")
    return f"{_fold_name(local)}@{_fold_domain(domain)}" if at else _fold_name(text)


@lru_cache(maxsize=256)  # IDNA takes longer than all other folding, and domains repeat
def _fold_domain(domain: str) -> str:
    """A domain by IDNA (UTS 46, so that case and width do not count); an invalid one is folded as a name."""
    try:
        return idna.encode(unicodedata.normalize("NFC", domain), uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return _fold_name(domain)
