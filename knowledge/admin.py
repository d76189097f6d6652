"""Articles and reviews in the console."""

from django.contrib import admin

from core.console.admin import RecordAdmin
from knowledge.choices import ArticleStatus, ItemStatus, ReviewStatus
from knowledge.models import ActionItem, Article, PostIncidentReview


@admin.register(Article)
class ArticleAdmin(RecordAdmin):
    group, icon = "Knowledge", "menu_book"
    columns = ("title", "content_type", "category", "status", "author", "reviewer_user", "published_at")
    filter_columns = ("status", "content_type", "category", "created_at")
    search_columns = ("title", "body")
    sections = (
        (None, ("title", ("content_type", "category"), ("status", "incident"), "body")),
        ("Review", (("author", "reviewer_user"), ("reviewed_by", "published_at"), "review_comment")),
        ("Imported record", ("imported_violations",)),
    )
    tones = {"status": {ArticleStatus.IN_REVIEW: "info", ArticleStatus.PUBLISHED: "success"}}


@admin.register(PostIncidentReview)
class PostIncidentReviewAdmin(RecordAdmin):
    group, icon = "Knowledge", "reviews"
    columns = ("id", "incident", "scheduled_date", "status", "facilitator_user", "completed_at")
    filter_columns = ("status", "scheduled_date")
    search_columns = ("findings",)
    sections = (
        (None, (("incident", "status"), ("scheduled_date", "facilitator_user"))),
        (
            "Evaluation",
            (
                ("timeline_accuracy_rating", "communication_effectiveness_rating", "technical_response_rating"),
                "findings",
                ("started_at", "completed_at"),
            ),
        ),
        ("Imported record", ("imported_violations",)),
    )
    tones = {"status": {ReviewStatus.IN_PROGRESS: "info", ReviewStatus.COMPLETED: "success"}}


@admin.register(ActionItem)
class ActionItemAdmin(RecordAdmin):
    group, icon = "Knowledge", "task_alt"
    columns = ("title", "review", "owner", "due_date", "status")
    filter_columns = ("status", "due_date")
    search_columns = ("title",)
    sections = ((None, ("title", ("review", "status"), ("owner", "due_date"))),)
    tones = {"status": {ItemStatus.OPEN: "info", ItemStatus.DONE: "success"}}
