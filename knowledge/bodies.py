"""The request bodies of articles, reviews and action items."""

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.operations.fields import NameField, Reference
from core.reading.serializers import Body
from incidents.inputs import PeopleBody, Person
from knowledge.choices import (
    AUTHORS,
    FACILITATORS,
    HIGHEST_RATING,
    LOWEST_RATING,
    RATINGS,
    REVIEWERS,
    ArticleCategory,
    ContentType,
    ItemStatus,
)

MAX_ARTICLE_LENGTH = 100_000
MAX_FINDINGS_LENGTH = 20_000
MAX_COMMENT_LENGTH = 4_000


class ArticleBody(PeopleBody):
    title = NameField(max_length=200)
    content_type = serializers.ChoiceField(choices=ContentType.choices)
    category = serializers.ChoiceField(choices=ArticleCategory.choices)
    body = serializers.CharField(
        max_length=MAX_ARTICLE_LENGTH, required=False, allow_blank=True, trim_whitespace=False, help_text="Markdown."
    )
    author_id = Person(
        roles=AUTHORS,
        misfit="The author must be in technical support or an incident manager.",
        source="author",
        required=False,
    )
    incident_id = Reference("incidents.Incident", active=False, source="incident", required=False, allow_null=True)
    reviewer_user_id = Person(
        roles=REVIEWERS,
        misfit="The reviewer must be in technical support, an incident manager or an executive.",
        source="reviewer_user",
        required=False,
        allow_null=True,
    )


class JudgementBody(Body):
    comment = serializers.CharField(max_length=MAX_COMMENT_LENGTH, required=False, allow_blank=True)


def _facilitator() -> Person:
    misfit = "The facilitator must be an incident manager, executive, system administrator or in technical support."
    return Person(roles=FACILITATORS, misfit=misfit, source="facilitator_user")


def _rating() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=LOWEST_RATING, max_value=HIGHEST_RATING, required=False)


class ScheduledDate(serializers.DateField):
    """A planned date: today or later in the caller's time zone, or the unchanged date."""

    default_error_messages = {"in_the_past": "This date is in the past."}

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        today = timezone.now().astimezone(ZoneInfo(self.context["actor"].timezone)).date()
        kept = getattr(self.context.get("target"), str(self.source), None)
        if day < today and day != kept:
            self.fail("in_the_past")
        return day


class ReviewBody(PeopleBody):
    incident_id = Reference("incidents.Incident", active=False, source="incident")
    scheduled_date = ScheduledDate()
    facilitator_user_id = _facilitator()


class ReviewUpdateBody(PeopleBody):
    scheduled_date = ScheduledDate()
    facilitator_user_id = _facilitator()
    timeline_accuracy_rating = _rating()
    communication_effectiveness_rating = _rating()
    technical_response_rating = _rating()
    findings = serializers.CharField(max_length=MAX_FINDINGS_LENGTH, required=False, allow_blank=True)


def _requires(rating: str) -> Callable[[Body, Any], None]:
    """The check that a review has this rating, in this request or on the record."""

    def check(body: Body, values: Any) -> None:
        if body.given(rating, values) is None:
            sentence = "A completed review must have this rating, from 1 to 5."
            raise serializers.ValidationError({rating: [ErrorDetail(sentence, "required")]})

    return check


class CompleteReviewBody(Body):
    timeline_accuracy_rating = _rating()
    communication_effectiveness_rating = _rating()
    technical_response_rating = _rating()
    findings = serializers.CharField(max_length=MAX_FINDINGS_LENGTH, required=False, allow_blank=True)

    joint_checks = tuple(map(_requires, RATINGS))


class ActionItemBody(PeopleBody):
    title = NameField(max_length=200)
    owner_id = Person(source="owner")
    due_date = serializers.DateField()
    status = serializers.ChoiceField(choices=[(ItemStatus.OPEN.value, ItemStatus.OPEN.label)], required=False)


class ActionItemUpdateBody(PeopleBody):
    title = NameField(max_length=200)
    owner_id = Person(source="owner")
    due_date = serializers.DateField()
    status = serializers.ChoiceField(choices=ItemStatus.choices)
