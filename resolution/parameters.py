"""The query parameters of the timeline."""

from core.schema.parameters import of_pages, query, several
from resolution.choices import TimelineKind

TIME = {"type": "string", "format": "date-time"}
KIND = {"type": "string", "enum": list(TimelineKind.values)}
TIMELINE = (
    query("kind", KIND, "Only entries of this kind."),
    query("kind__in", several(KIND), "Only entries of these kinds, comma-separated.", style="form", explode=False),
    query("at__gte", TIME, "Only entries at or after this time."),
    query("at__lte", TIME, "Only entries at or before this time."),
    *of_pages("Entries per page"),
)
