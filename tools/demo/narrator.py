"""Prints the tour while it is played: a line for each success, a panel for each refusal."""

from collections.abc import Iterable
from itertools import groupby

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table

from tools.tour.player import Exchange
from tools.tour.recording import sentence_of

COLUMNS_OF_ERRORS = ("field", "code", "detail")


def narrate(exchanges: Iterable[Exchange], console: Console) -> int:
    """Print every exchange as it happens, chapter by chapter; returns their number."""
    count = 0
    for chapter, steps in groupby(exchanges, key=lambda each: each.chapter):
        console.print(Rule(f"[bold]SOP {chapter.sop}" if chapter.sop else ""))
        console.print(f"[dim]{chapter.about}[/]")
        for exchange in steps:
            console.print(_refusal(exchange) if exchange.step.refused else _success(exchange))
            count += 1
    return count


def _success(exchange: Exchange) -> str:
    request = exchange.request
    return f"[green]✓[/] {sentence_of(exchange)}  [dim]{request.method} {request.path} → {exchange.reply.status}[/]"


def _refusal(exchange: Exchange) -> Panel:
    problem = exchange.reply.body
    items = Table.grid(padding=(0, 2))
    for item in problem["errors"]:
        items.add_row(*(str(item.get(name, "")) for name in COLUMNS_OF_ERRORS))
    sops = ", ".join(str(number) for number in problem["sop"]) or "–"
    body = Table.grid()
    body.add_row(items)
    body.add_row(f"[dim]SOP {sops} · rule {problem['rule']} · next: {problem['next']}[/]")
    answer = f"{exchange.request.method} {exchange.request.path} → {exchange.reply.status} {problem['code']}"
    return Panel.fit(body, title=f"[red]✗[/] {sentence_of(exchange)}", subtitle=answer)
