"""What a reader wants of a record: `fields` chooses among its names, `expand` shows related records beside their ids.

    GET /incidents/?fields=id,title,client_id&expand=client,assigned_manager

Only the columns of what was asked for are selected, and each relation costs one statement, however many rows there are.
The id always comes along: a record that cannot be named is of no use to who wants to act on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.codes import Code
from core.errors import Item, Refusal
from core.reading.serializers import Output

# So many relations to a request: each is one more statement.
MOST_RELATIONS = 5
ALWAYS = "id"


class Readable(Protocol):
    """Where related records are read: a collection."""

    def by_id(self, user: Any, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
        """Those in the user's scope, represented as lists represent them."""


@dataclass(frozen=True, slots=True)
class Relation:
    """From one record to another: the name that shows the other's id, its column, and where the other is read."""

    shown_as: str
    column: str
    target: Readable


@dataclass(frozen=True, slots=True)
class Selection:
    """The names and the relations that one request wants of one representation."""

    output: type[Output]
    viewer: Any
    names: Sequence[str]
    relations: Mapping[str, Relation]

    @property
    def header(self) -> list[str]:
        """Every name of what is represented, in order."""
        return [*self.names, *self.relations]

    @property
    def columns(self) -> list[str]:
        return self.output.columns(self._needed)

    @property
    def _needed(self) -> list[str]:
        """The names asked for, and those that show the ids of the related records."""
        return [*self.names, *(each.shown_as for each in self.relations.values())]

    def represent(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows of `columns`, represented. An id that is hidden in a completed row leads to nothing."""
        completed = list(self.output.completed(rows, self.viewer, self._needed))
        shown = self.output.named(completed, self.names)
        for name, relation in self.relations.items():
            ids = [row[relation.column] for row in completed]
            related = relation.target.by_id(self.viewer, {each for each in ids if each is not None})
            for record, pk in zip(shown, ids, strict=True):
                record[name] = related.get(pk)
        return shown


def select(
    output: type[Output], relations: Mapping[str, Relation], viewer: Any, params: Mapping[str, str]
) -> Selection:
    """Read `fields` and `expand`. Raises Refusal (400 invalid_filter) for what this viewer cannot have of both."""
    visible = output.shown_to(viewer)
    # Who does not see an id does not see what it leads to.
    known = {name: relation for name, relation in relations.items() if relation.shown_as in visible}
    names, asked = _listed(params, "fields"), _listed(params, "expand")
    items = [*_unknown("fields", names, visible), *_unknown("expand", asked, known), *_too_many(asked)]
    if items:
        sentence = " ".join(item.detail for item in items)
        raise Refusal(Code.INVALID_FILTER, sentence, rule="known_filters", errors=items)
    return Selection(output, viewer, _with_id(names) or visible, {name: known[name] for name in asked})


def _listed(params: Mapping[str, str], control: str) -> list[str]:
    """The names of a parameter, in the order asked for; one that is repeated counts each time and is shown once."""
    return params[control].split(",") if control in params else []


def _with_id(names: list[str]) -> list[str]:
    """Each name once, in the order asked for; the id first, where it was not asked for."""
    return list(dict.fromkeys(names if ALWAYS in names or not names else [ALWAYS, *names]))


def _unknown(control: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Item]:
    known = list(known)
    if unknown := [name for name in dict.fromkeys(names) if name not in known]:
        detail = f"{control}: {', '.join(unknown)}: unknown here. Known: {', '.join(known) or 'none'}."
        yield Item("invalid_filter", detail, control)


def _too_many(asked: Sequence[str]) -> Iterator[Item]:
    if len(asked) > MOST_RELATIONS:
        yield Item("invalid_filter", f"expand: at most {MOST_RELATIONS} relations to a request.", "expand")
