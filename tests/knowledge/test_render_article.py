"""SOP 24: an article's body as HTML that is safe to show."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rendering import body_html
from tests.knowledge.factories import ArticleFactory
from users.choices import CC

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "![x](javascript:alert(1))",
    "![x](https://elsewhere.example/pixel.png)",
    '[x](https://a.example "onmouseover=alert(1)")',
    "<iframe src=https://elsewhere.example></iframe>",
    '<a href="#" onclick="alert(1)">x</a>',
    "<style>body{background:url(https://elsewhere.example)}</style>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "<https://a.example/<script>>",
    "[a]: javascript:alert(1)\n\n[a]",
]
KNOWN = re.compile(
    r"</?(?:a|blockquote|br|code|del|em|h[1-6]|hr|li|ol|p|pre|s|strong|table|tbody|td|th|thead|tr|ul)"
    r'(?: (?:href="(?:https?:|mailto:|[^":]*")[^"]*"?|title="[^"]*"|start="\d+"|class="[^"]*"|rel="[^"]*"))* ?/?>'
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_runs_or_calls_out_is_left(attack):
    html = body_html(attack)
    assert "<" not in KNOWN.sub("", html), html
    assert not re.search(r'(?:href|src)="\s*(?:javascript|data|vbscript):', html, re.IGNORECASE)
    assert "<img" not in html


@given(st.text(st.sampled_from("<>\"'&;:()[]!`\n/=abcdehijklnoprstv"), max_size=200))
def test_no_text_makes_other_markup(text):
    assert "<" not in KNOWN.sub("", body_html(text))


def test_markdown_is_rendered():
    html = body_html(
        "# Pool\n\n1. *Drain*\n2. ~~Kill~~ **wait**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[Doc](https://a.example)"
    )
    for part in ("<h1>Pool</h1>", "<em>Drain</em>", "<strong>wait</strong>", "<td>1</td>", 'href="https://a.example"'):
        assert part in html
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.django_db
def test_a_single_article_brings_its_html(api):
    article = ArticleFactory(body="**Drain** <b>it</b>.", status="published")
    shown = api(CC).get(f"/knowledge-articles/{article.pk}/", expect=200).json()
    assert shown["body"] == "**Drain** <b>it</b>."
    assert shown["body_html"] == "<p><strong>Drain</strong> &lt;b&gt;it&lt;/b&gt;.</p>\n"
