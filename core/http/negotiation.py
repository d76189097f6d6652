"""Content negotiation: the renderer that the Accept header prefers, by its quality values (RFC 9110, 12.5.1).

Django's own implementation doesn't fit: it lets `*/*` override `q=0`, and finds no match for a renderer when a media
range has a parameter, such as `application/json; charset=utf-8`.
"""

from collections.abc import Iterable

from django.http.request import MediaType
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

ANYTHING = MediaType("*/*")


class QualityNegotiation(DefaultContentNegotiation):
    """The renderer with the highest quality; among equals the most specific match, otherwise the view's first."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        accepted = self._accepted(request)
        best = max(renderers, key=lambda each: media_type_priority(each.media_type, accepted))
        if not media_type_priority(best.media_type, accepted)[0] > 0:
            raise NotAcceptable
        return best, best.media_type

    def _accepted(self, request: Request) -> list[MediaType]:
        """The media ranges of the Accept header; an empty header accepts everything."""
        if not request.headers.get("Accept", "").strip(" \t,"):
            return [ANYTHING]
        return [media for token in self.get_accept_list(request) if (media := _readable(token))]


def media_type_priority(media_type: str, accepted: Iterable[MediaType]) -> tuple[float, int]:
    """Quality and specificity of the range that best matches a media type; (0, 0) if none matches."""
    main, _, sub = media_type.partition("/")
    names = ((main, sub), (main, "*"), ("*", "*"))
    fitting = [each for each in accepted if (each.main_type, each.sub_type) in names]
    closest = max(((each.specificity, each.quality) for each in fitting), default=(0, 0))
    return closest[1], closest[0]


def _readable(token: str) -> MediaType | None:
    """A media range of the header; None if it is malformed and matches nothing."""
    try:
        return MediaType(token)
    except ValueError:
        return None
