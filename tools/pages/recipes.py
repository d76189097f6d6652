"""`docs/recipes.md`: a recipe for each procedure, from the tour's requests as curl commands."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from tools.pages.sops import SOPS
from tools.tour.placeholders import with_placeholders
from tools.tour.player import Exchange, Request
from tools.tour.recording import HIDDEN, sentence_of

INTRO = """# Recipes: each procedure with curl

`python -m tools examples` plays these requests as one story and records the examples of the API's description. In a new
installation they run as shown, in the order of their numbers. A test runs every block against a live server and
compares the responses with those shown.

`$IMS` is the base URL of the API, `$JSON` the header `Content-Type: application/json`; `$ines` and the others are
people's headers, `Authorization: Token …`. See [authentication.md](authentication.md) for tokens,
[errors.md](errors.md) for refusals and [policy.md](policy.md) for the rules of every operation.

People: Sam, system administrator; Eva, executive; Ines and Ivan, incident managers; Tara and Tom, technical
support; Ada, account manager; Carl, client contact; Vera, vendor contact.
"""
MARK = "<!-- step {number} -->"


def render(exchanges: Iterable[Exchange]) -> str:
    """The whole page, a recipe for each procedure in the order of their numbers."""
    recipes = {
        chapter.sop: "\n".join([chapter.about, "", *(_step(each) for each in steps)])
        for chapter, steps in groupby(exchanges, key=lambda each: each.chapter)
        if chapter.sop
    }
    parts = [INTRO, *(f"## {number}. {title}\n\n{recipes[number]}" for number, title in SOPS.items())]
    return "\n".join(parts).rstrip() + "\n"


def _step(exchange: Exchange) -> str:
    lines = [f"**{exchange.number}** · {sentence_of(exchange)}", "", MARK.format(number=exchange.number)]
    lines += ["```bash", curl(exchange.step.who, exchange.request), "```", ""]
    if exchange.step.shows:
        answer = with_placeholders({name: exchange.reply.body[name] for name in exchange.step.shows})
        lines += ["```json", json.dumps(answer, ensure_ascii=False), "```", ""]
    return "\n".join(lines)


def curl(who: str, request: Request) -> str:
    """A request as a curl command."""
    words = [f'curl -sS "$IMS{request.path}"', *_method(request)]
    words += [f'-H "${who}"'] if who else []
    words += [f"-H '{name}: {value}'" for name, value in request.headers.items() if name not in HIDDEN]
    if request.body is not None:
        # An apostrophe would end the shell's quotation; JSON has another escape for it.
        body = json.dumps(with_placeholders(request.body), ensure_ascii=False).replace("'", "\\u0027")
        words += ['-H "$JSON"', f"-d '{body}'"]
    return " \\\n  ".join(_filled(words))


def _method(request: Request) -> Iterator[str]:
    """curl defaults to GET, and to POST with a body."""
    if request.method not in ("GET", "POST") or (request.method == "POST" and request.body is None):
        yield f"-X {request.method}"


def _filled(words: list[Any], width: int = 110) -> Iterator[str]:
    """Wrap the words into as few lines as possible."""
    line = ""
    for word in words:
        if line and len(line) + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line
