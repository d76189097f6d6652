"""Responses of reads that are not records, declared on the view's action.

    @answers(ReadinessAnswer)
    def readiness(self, request, *args, **kwargs): ...

A write's response is declared by its operation (`answers=`); a collection's is its representation.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter

Action = TypeVar("Action", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ReadResponse:
    """A response that is not a record: its serializer or schema, by media type, and the query parameters of its
    request.
    """

    answer: Any
    query: tuple[OpenApiParameter, ...]
    media_types: tuple[str, ...]
    also: Mapping[str, Any]
    versioned: bool


@dataclass(frozen=True, slots=True, eq=False)
class ListAdditions:
    """The additions of one list: the name of its page, query parameters, members of its page.

    A viewset declares it as `list_additions`.
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
    """Declare the response of a read action.

    Arguments: a serializer class, or a schema as a dict; the query parameters of the request; the media types of the
    response; its schemas in further media types; whether it has an ETag.
    """
    special = ReadResponse(answer, tuple(query), tuple(media_types), also or {}, versioned)

    def mark(action: Action) -> Action:
        action.answers = special  # type: ignore[attr-defined]
        return action

    return mark
