"""Sparse fields: `fields` selects names, `expand` adds related records next to their ids.

    GET /incidents/?fields=id,title,client_id&expand=client,assigned_manager

Only the requested columns are selected, and each relation costs one statement for any number of rows. The id is always
included, because it is needed for every further request.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.codes import Code
from core.errors import Item, Refusal
from core.reading.serializers import Output

# The maximum number of relations in a request: each costs one more statement.
MAX_RELATIONS = 5
ALWAYS = "id"


class Readable(Protocol):
    """The source of related records: a collection."""

    def by_id(self, user: Any, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
        """The records with these ids in the user's scope, represented as in lists."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation to another record: the name of its id, its column, and the other record's collection."""

    shown_as: str
    column: str
    target: Readable


@dataclass(frozen=True, slots=True)
class Selection:
    """The names and the relations that one request selects from one representation."""

    output: type[Output]
    viewer: Any
    names: Sequence[str]
    relations: Mapping[str, Relation]

    @property
    def header(self) -> list[str]:
        """Every name of the result, in order."""
        return [*self.names, *self.relations]

    @property
    def columns(self) -> list[str]:
        return self.output.columns(self._needed)

    @property
    def _needed(self) -> list[str]:
        """The requested names, and those of the ids of the related records."""
        return [*self.names, *(each.shown_as for each in self.relations.values())]

    def represent(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Represent rows of `columns`. An id that is hidden in a completed row is not expanded."""
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
    """Parse `fields` and `expand`. Raises Refusal (400 invalid_filter) for names that this viewer cannot select."""
    visible = output.shown_to(viewer)
    # A viewer who may not see an id may not expand it.
    known = {name: relation for name, relation in relations.items() if relation.shown_as in visible}
    names, asked = _listed(params, "fields"), _listed(params, "expand")
    items = [*_unknown("fields", names, visible), *_unknown("expand", asked, known), *_too_many(asked)]
    if items:
        sentence = " ".join(item.detail for item in items)
        raise Refusal(Code.INVALID_FILTER, sentence, rule="known_filters", errors=items)
    return Selection(output, viewer, _with_id(names) or visible, {name: known[name] for name in asked})


def _listed(params: Mapping[str, str], control: str) -> list[str]:
    """The names in a parameter, in the order given; repeated names count towards the limit and appear once."""
    return params[control].split(",") if control in params else []


def _with_id(names: list[str]) -> list[str]:
    """Each name once, in the order given; the id first, if it was not requested."""
    return list(dict.fromkeys(names if ALWAYS in names or not names else [ALWAYS, *names]))


def _unknown(control: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Item]:
    known = list(known)
    if unknown := [name for name in dict.fromkeys(names) if name not in known]:
        detail = f"{control}: unknown: {', '.join(unknown)}. Known: {', '.join(known) or 'none'}."
        yield Item("invalid_filter", detail, control)


def _too_many(asked: Sequence[str]) -> Iterator[Item]:
    if len(asked) > MAX_RELATIONS:
        yield Item("invalid_filter", f"expand: at most {MAX_RELATIONS} relations per request.", "expand")
