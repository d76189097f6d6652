"""Articles, reviews and action items for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from knowledge.models import ActionItem, Article, ArticleRevision, PostIncidentReview
from users.choices import IM, TS


class ArticleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Article

    title = factory.Sequence(lambda n: f"Article {n}")
    content_type = "troubleshooting"
    category = "incident_resolution"
    body = "Look at the log first."
    author = factory.SubFactory("tests.users.factories.UserFactory", role=TS)


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

    incident = factory.SubFactory("tests.incidents.factories.IncidentFactory", status="closed")
    scheduled_date = factory.LazyFunction(lambda: timezone.now().date() + timedelta(days=7))
    facilitator_user = factory.SubFactory("tests.users.factories.UserFactory", role=IM)


class ActionItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ActionItem

    review = factory.SubFactory(ReviewFactory)
    title = factory.Sequence(lambda n: f"Alert on symptom {n}")
    owner = factory.SubFactory("tests.users.factories.UserFactory", role=TS)
    due_date = factory.LazyFunction(lambda: timezone.now().date() + timedelta(days=30))
