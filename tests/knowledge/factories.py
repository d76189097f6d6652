"""`manage.py auditor_pack INCIDENT --out FILE.zip`: everything about one incident, for an auditor."""

from datetime import timedelta

import factory
from django.utils import timezone

from incidents.models import Incident
from knowledge.models import ActionItem, Article, ArticleRevision, PostIncidentReview
from tests.incidents.factories import IncidentFactory, someone
from users.choices import IM, TS


def settled(status: str) -> Incident:
    """An incident of this status, with the times that the status brings."""
    now = timezone.now()
    resolved, closed = status in ("resolved", "closed"), status == "closed"
    incident: Incident = IncidentFactory(
        status=status, resolved_at=now if resolved else None, closed_at=now if closed else None
    )
    return incident


class ArticleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Article

    title = factory.Sequence(lambda n: f"Article {n}")
    content_type = "troubleshooting"
    category = "incident_resolution"
    body = "Look at the log first."
    author = factory.SubFactory("tests.users.factories.UserFactory", role=TS)
    reviewed_by = factory.LazyAttribute(lambda made: someone(made, "published", "archived"))
    published_at = factory.LazyAttribute(lambda made: timezone.now() if made.reviewed_by else None)


class RevisionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ArticleRevision

    article = factory.SubFactory(ArticleFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = factory.SelfAttribute("article.title")
    writer = factory.SelfAttribute("article.author")


class ReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PostIncidentReview

    incident = factory.LazyFunction(lambda: settled("closed"))
    scheduled_date = factory.LazyFunction(lambda: timezone.now().date() + timedelta(days=7))
    facilitator_user = factory.SubFactory("tests.users.factories.UserFactory", role=IM)


class ActionItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ActionItem

    review = factory.SubFactory(ReviewFactory)
    title = factory.Sequence(lambda n: f"Alert on symptom {n}")
    owner = factory.SubFactory("tests.users.factories.UserFactory", role=TS)
    due_date = factory.LazyFunction(lambda: timezone.now().date() + timedelta(days=30))
