"""Suggested published articles for an incident: by component, product, category and words of its title."""

from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from incidents.models import Incident
from knowledge.models import Article
from knowledge.search import ranked
from knowledge.serializers import SuggestionOutput

MOST = 10
# The maximum number of articles with matching words that are scored.
MAX_WORD_MATCHES = 20
# The weights of similarities. The best word match counts WORDS, each following one slightly less.
COMPONENT, PRODUCT, CATEGORY, WORDS = 40, 20, 10, 30


def suggested_articles(incident: Incident, viewer: Any) -> list[dict[str, Any]]:
    """The best matching articles, each with its score and reasons, in two statements.

    The incident must be loaded with its component (select_related).
    """
    published = Article.objects.visible_to(viewer).published()
    hits = {hit.pk: hit for hit in ranked(published, incident.title, MAX_WORD_MATCHES, every_word=False)}
    by_words = {pk: WORDS - place for place, pk in enumerate(hits)}
    scored = _scored(published, incident, by_words)
    rows = list(scored.values(*SuggestionOutput.columns(), "by_words", "by_place", "by_kind", "score")[:MOST])
    for row in rows:
        row["snippet"] = hits[row["id"]].snippet if row["id"] in hits else ""
        row["reasons"] = _reasons(row)
    return SuggestionOutput.represent(rows, viewer)


def _scored(published: QuerySet[Any], incident: Incident, by_words: dict[int, int]) -> QuerySet[Any]:
    """Every article with any similarity to the incident, best first."""
    same_kind = Q(incident__category=incident.category)
    alike, places = same_kind | Q(pk__in=list(by_words)), []
    component = incident.component
    if component is not None:
        alike |= Q(incident__component__product_id=component.product_id)
        places = [
            When(incident__component_id=component.pk, then=Value(COMPONENT)),
            When(incident__component__product_id=component.product_id, then=Value(PRODUCT)),
        ]
    found = published.filter(alike).annotate(
        by_words=_points([When(pk=pk, then=Value(points)) for pk, points in by_words.items()]),
        by_place=_points(places),
        by_kind=_points([When(same_kind, then=Value(CATEGORY))]),
    )
    scored: QuerySet[Any] = found.annotate(score=F("by_words") + F("by_place") + F("by_kind"))
    return scored.order_by("-score", "-id")


def _points(cases: list[When]) -> Case:
    return Case(*cases, default=Value(0), output_field=IntegerField())


def _reasons(row: dict[str, Any]) -> list[str]:
    said = {
        "same_component": row["by_place"] == COMPONENT,
        "same_product": row["by_place"] == PRODUCT,
        "same_category": row["by_kind"] > 0,
        "words_of_the_title": row["by_words"] > 0,
    }
    return [reason for reason, holds in said.items() if holds]
