"""The folding of text: ignored and significant characters, and idempotence."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.folding import FOLDINGS, fold_email, fold_name, fold_title, is_blank

# Invisible, bidirectional, combining, wide and compatible characters meet more often than among all of Unicode.
AWKWARD = (
    "\u200b\u034f\u115f\u1160\u17b4\u180e\u3164\uffa0\ufe0f\U000e0041\u202e\u0301\u0308\u0345ßİıΣςǅﬁ①ＡÅ"
    "'-_.。@ \t\n\x1f\x85"
)
TEXTS = st.text() | st.text(alphabet=AWKWARD + "aäxn", max_size=20)


@given(TEXTS, st.sampled_from(sorted(FOLDINGS)))
def test_folding_is_idempotent(text, kind):
    fold = FOLDINGS[kind]
    assert fold(fold(text)) == fold(text)


@given(TEXTS, st.sampled_from(sorted(FOLDINGS)))
def test_the_form_of_unicode_does_not_count(text, kind):
    fold = FOLDINGS[kind]
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(TEXTS)
def test_a_folded_name_is_one_line_without_outer_space(text):
    assert fold_name(text) == " ".join(fold_name(text).split())
    assert fold_name(text).isprintable() or not any(
        unicodedata.category(each) in ("Cc", "Zl", "Zp") for each in fold_name(text)
    )


@given(st.text(alphabet=AWKWARD + "ab", max_size=12), st.text(alphabet=AWKWARD + "ab", max_size=12))
def test_titles_of_the_same_name_are_the_same_title(one, other):
    if fold_name(one) == fold_name(other):
        assert fold_title(one) == fold_title(other)


IGNORED = [
    *("\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180e", "\u180f", "\u200b"),
    *("\u200d", "\u200e", "\u202e", "\u2060", "\u2064", "\u2069", "\u206f", "\u3164", "\ufe00", "\ufe0f", "\ufeff"),
    *("\uffa0", "\ufff0", "\ufffb", "\U0001bca0", "\U0001d173", "\U000e0001", "\U000e0041", "\U000e01ef"),
    *("\x00", "\x08", "\x1f", "\x7f", "\x9f"),
]


@pytest.mark.parametrize("ignored", IGNORED, ids=ascii)
def test_invisible_characters_do_not_count(ignored):
    assert fold_name(f"No{ignored}va {ignored}") == "nova"
    assert is_blank(f" {ignored}\t")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ZÜRICH", "Zu\u0308rich"),
        ("Straße", "STRASSE"),
        ("ﬁnance", "Finance"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("a \u00a0\u2003\u3000 b", "A\tB"),
    ],
)
def test_form_case_and_white_space_do_not_count(one, other):
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(("one", "other"), [("j.smith", "j-smith"), ("4-77", "477"), ("a", "ä"), ("C+", "C#")])
def test_punctuation_and_marks_of_names_count(one, other):
    assert fold_name(one) != fold_name(other)


@pytest.mark.parametrize("title", ["Login fails.", "login-FAILS", "«Login» – fails!", "Login_fails", " Login, … fails"])
def test_punctuation_of_titles_does_not_count(title):
    assert fold_title(title) == "login fails"


def test_symbols_of_titles_count():
    assert fold_title("Load > 80") != fold_title("Load < 80")


def test_titles_of_only_punctuation_are_distinguished():
    assert len({fold_title("?!"), fold_title("..."), fold_title("")}) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Münster.example", "ada@xn--mnster-3ya.example"),
        ("ada@mu\u0308nster.example", "ADA@MÜNSTER.EXAMPLE"),
        ("ada@ｅｘａｍｐｌｅ。com", "ada@example.com"),
        ("a\u200bda@example.com", " ada@example.com "),
    ],
)
def test_domains_are_compared_as_dns_does(one, other):
    assert fold_email(one) == fold_email(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("j.smith@a.example", "j-smith@a.example"), ("ada@straße.example", "ada@strasse.example"), ("a@b", "ab")],
)
def test_addresses_that_dns_distinguishes_are_distinct(one, other):
    assert fold_email(one) != fold_email(other)


@given(TEXTS)
def test_every_text_has_a_folded_address(text):
    fold_email(text)
    fold_email(f"{text}@{text}")
