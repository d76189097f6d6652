"""docs/recipes.md: every procedure has a recipe, and every block runs unchanged against a live server."""

import json
import re
from email.parser import HeaderParser
from pathlib import Path

from ims.docs.recorded import Examples
from tests.ims.snippets import needs_curl, run
from tests.live import ROOT
from tools.pages.sops import SOPS
from tools.tour.chapters import CHAPTERS, FOUNDERS
from tools.tour.http import Client
from tools.tour.player import Reply, Request, play

PAGE = (ROOT / "docs" / "recipes.md").read_text()
BLOCK = re.compile(r"<!-- step (\d+) -->\n```bash\n(.*?)\n```\n(?:\n```json\n(.*?)\n```)?", re.DOTALL)
LAST = max(at for at, chapter in enumerate(CHAPTERS) if chapter.sop)


class Reader:
    """Runs the page's commands, and sends the other steps of the tour directly."""

    def __init__(self, server: str, environment: dict[str, str], folder: Path, kept: Examples) -> None:
        self.base = f"http://{server}/api/v1"
        self.environment = {**environment, "IMS": self.base, "JSON": "Content-Type: application/json"}
        self.headers, self.kept = folder / "headers", kept
        self.blocks = {int(number): (code, public_contract) for number, code, public_contract in BLOCK.findall(PAGE)}
        self.number, self.typed = 0, 0

    def send(self, request: Request) -> Reply:
        self.number += 1
        if self.number not in self.blocks:
            return self._sent(request)
        self.typed += 1
        code, public_contract = self.blocks[self.number]
        reply = self._typed(code)
        expected = json.loads(public_contract) if public_contract else {}
        assert {name: reply.body.get(name) for name in expected} == expected, (code, reply.body)
        return reply

    def _sent(self, request: Request) -> Reply:
        token = request.headers.get("Authorization", "").removeprefix("Token ")
        others = {name: text for name, text in request.headers.items() if name != "Authorization"}
        reply = Client(self.base, token).call(request.method, request.path, request.body, **others)
        return Reply(reply.status, reply.headers, reply.body)

    def _typed(self, code: str) -> Reply:
        people = {
            name.removesuffix("_token"): f"Authorization: Token {answer['token']}"
            for name, answer in self.kept.items()
            if name.endswith("_token")
        }
        script = f'curl() {{ command curl -D "{self.headers}" "$@"; }}\n{code}'
        printed = run(script, {**self.environment, **people})
        status, _, rest = self.headers.read_text().partition("\n")
        headers = HeaderParser().parsestr(rest)
        is_json = "json" in headers["Content-Type"]
        return Reply(int(status.split()[1]), dict(headers.items()), json.loads(printed) if is_json else printed)


def test_every_procedure_has_its_recipe():
    assert re.findall(r"^## (\d+)\. (.*)$", PAGE, re.MULTILINE) == [(str(n), title) for n, title in SOPS.items()]
    sections = PAGE.split("\n## ")[1:]
    assert [section[:30] for section in sections if not BLOCK.search(section)] == []


@needs_curl
def test_the_recipes_produce_the_printed_responses(server: str, environment: dict[str, str], tmp_path: Path) -> None:
    run(".venv/bin/python manage.py migrate --verbosity 0", environment)
    sam, eva = sorted(FOUNDERS, key=lambda person: person.key, reverse=True)
    made = run(f".venv/bin/python manage.py bootstrap --sa-email {sam.email} --ex-email {eva.email}", environment)
    kept = {line.split()[1].partition("@")[0]: {"shares": line.split()[-2:]} for line in made.splitlines()}
    reader = Reader(server, environment, tmp_path, kept)

    steps = list(play(CHAPTERS[: LAST + 1], reader.send, kept))

    assert reader.typed == len(reader.blocks) == sum(len(each.steps) for each in CHAPTERS if each.sop)
    assert steps[-1].number == reader.number
