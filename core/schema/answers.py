"""What reads answer that is no record: named on the view's action, where a reader looks for it.

    @answers(ReadinessAnswer)
    def readiness(self, request, *args, **kwargs): ...

A write answers with what its operation declares (`answers=`), a collection with its own representation.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter

Action = TypeVar("Action", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Special:
    """An answer that is no record: its serializer or schema, by media type, the query parameters of its request."""

    answer: Any
    query: tuple[OpenApiParameter, ...]
    media_types: tuple[str, ...]
    also: Mapping[str, Any]
    versioned: bool


@dataclass(frozen=True, slots=True, eq=False)
class More:
    """What one list takes and answers beyond others: the name of its page, query parameters, members of its page.

    A viewset names it as `more_in_list`.
    """

    page: str
    query: tuple[OpenApiParameter, ...] = ()
    members: Mapping[str, Any] = field(default_factory=dict)


def answers(
    answer: Any,
    *,
    query: Iterable[OpenApiParameter] = (),
    media_types: Iterable[str] = ("application/json",),
    also: Mapping[str, Any] | None = None,
    versioned: bool = False,
) -> Callable[[Action], Action]:
    """Name what a reading action answers.

    Arguments: a serializer class, or a schema as a dict; the query parameters of the request; the media types of the
    answer; what it is in further media types that show it otherwise; whether it carries an ETag.
    """
    special = Special(answer, tuple(query), tuple(media_types), also or {}, versioned)

    def mark(action: Action) -> Action:
        action.answers = special  # type: ignore[attr-defined]
        return action

    return mark
