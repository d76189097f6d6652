"""One incident, from the alert to the work on it, over HTTP; and one refusal for each kind of rule on the way."""

from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table

from ims.demo.cast import CAST, PASSWORD
from ims.demo.http import Client, Reply

COLUMNS_OF_ERRORS = ("field", "code", "detail")


class StoryError(Exception):
    """The server answered otherwise than the story says: the demonstration has found a defect."""


class Story:
    """Plays the chapters against a running server and narrates them; every answer is checked."""

    def __init__(self, base: str, console: Console) -> None:
        self.console = console
        self.nobody = Client(base)
        self.people = {person.key: self.nobody.log_in(person.email, PASSWORD) for person in CAST}
        self.facts: dict[str, Any] = {}

    def play(self, chapters: Iterable[Callable[["Story"], None]]) -> None:
        """Tell the chapters in their order. Raises StoryError."""
        for chapter in chapters:
            self.console.print(Rule(f"[bold]{chapter.__doc__}"))
            chapter(self)

    def does(
        self, who: str, says: str, method: str, path: str, body: Any = None, *, expect: int = 200, **headers: str
    ) -> Any:
        """One request that succeeds; returns its body. Raises StoryError."""
        reply = self._call(who, method, path, body, headers)
        self.require(reply.status == expect, _told(method, path, reply))
        self.console.print(f"[green]✓[/] [bold]{who or 'nobody'}[/] {says}  [dim]{method} {path} → {reply.status}[/]")
        self.facts["etag"] = reply.headers.get("ETag")
        return reply.body

    def refused(
        self, who: str, says: str, method: str, path: str, body: Any = None, *, expect: str, **headers: str
    ) -> Any:
        """One request that must be refused with this code; shows why and what would unblock it."""
        reply = self._call(who, method, path, body, headers)
        self.require(reply.body.get("code") == expect, _told(method, path, reply))
        self.console.print(_shown(f"{who or 'nobody'} {says}", f"{method} {path}", reply))
        return reply.body

    def _call(self, who: str, method: str, path: str, body: Any, headers: dict[str, str]) -> Reply:
        return (self.people[who] if who else self.nobody).call(method, path, body, **headers)

    @staticmethod
    def require(holds: bool, otherwise: str) -> None:
        """Go on only if this holds. Raises StoryError."""
        if not holds:
            raise StoryError(otherwise)


def _told(method: str, path: str, reply: Reply) -> str:
    return f"{method} {path} answered {reply.status}: {reply.body}"


def _shown(title: str, request: str, reply: Reply) -> Panel:
    table = Table.grid(padding=(0, 2))
    for item in reply.body["errors"]:
        table.add_row(*(str(item.get(name, "")) for name in COLUMNS_OF_ERRORS))
    sops = ", ".join(str(number) for number in reply.body["sop"]) or "–"
    foot = f"SOP {sops} · rule {reply.body['rule']} · next: {reply.body['next']}"
    answer = f"{request} → {reply.status} {reply.body['code']}"
    return Panel.fit(_stack(table, foot), title=f"[red]✗[/] {title}", subtitle=answer)


def _stack(table: Table, foot: str) -> Table:
    stack = Table.grid()
    stack.add_row(table)
    stack.add_row(f"[dim]{foot}[/]")
    return stack
