"""SOP 24: Creating Knowledge Base Articles, and their further lifecycle."""

from typing import Any

from core.codes import Code
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import InPerson, operation
from core.verbs import Verb
from knowledge.bodies import ArticleBody, JudgementBody
from knowledge.choices import ARTICLE_MOVES, EDITABLE, ArticleStatus
from knowledge.duties import author_or_manager, not_a_writer, reviewer_is_another, support_as_assigned_reviewer
from knowledge.models import Article, ArticleRevision
from knowledge.serializers import ArticleDetail
from users.choices import EX, IM, TS
from users.models import User

REVIEWER_RULE = "TS: the assigned reviewer; never the author"
TEXT_FIELDS = frozenset({"title", "body"})


@operation(
    "article.create",
    sop=24,
    roles={TS, IM},
    verb=Verb.CREATE,
    subject="kb_article",
    body=ArticleBody,
    answers=ArticleDetail,
    moves=ARTICLE_MOVES.new(),
    duties=[reviewer_is_another],
)
def create_article(*, actor: User, author: User | None = None, **fields: Any) -> Article:
    """Create an article as a draft; its author is the caller by default.

    SOP 24. Raises Refusal: invalid_reference (author, reviewer, incident), segregation_of_duties (reviewer = author).
    """
    article = Article(author=author or actor, **fields)
    article.save()
    _keep(article, actor, number=1)
    return article


@operation(
    "article.update",
    sop=24,
    roles={TS, IM},
    verb=Verb.KB_UPDATE,
    target="kb_article",
    body=ArticleBody,
    answers=ArticleDetail,
    duties=[author_or_manager, reviewer_is_another],
    raises=[Code.PRECONDITION_FAILED],
    condition="the author or IM; while draft or in_review",
)
def update_article(*, actor: User, kb_article: Article, **fields: Any) -> Article:
    """Edit an unpublished article; every earlier text is kept as a revision.

    SOP 24. Raises Refusal: precondition_failed (published or archived), out_of_scope, segregation_of_duties.
    """
    if kb_article.status not in EDITABLE:
        detail = f"The article is {kb_article.status}; only a draft or an article in review can be edited."
        item = Item("article_not_editable", detail, "status", {"editable": [str(each) for each in EDITABLE]})
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="article_edited_before_publication", errors=[item])
    reworded = any(getattr(kb_article, name) != fields[name] for name in TEXT_FIELDS & fields.keys())
    last = kb_article.revisions.order_by("-number").values_list("number", flat=True).first()
    if last is None:  # imported articles have no revisions
        last = _keep(kb_article, kb_article.author, number=1).number
    kb_article.change(**fields)
    if reworded:
        _keep(kb_article, actor, number=last + 1)
    return kb_article


@operation(
    "article.submit",
    sop=24,
    roles={TS, IM},
    verb=Verb.KB_UPDATE,
    target="kb_article",
    answers=ArticleDetail,
    moves=ARTICLE_MOVES.to(ArticleStatus.IN_REVIEW),
    duties=[author_or_manager],
    condition="the author or IM",
)
def submit_article(*, actor: User, kb_article: Article) -> Article:
    """Submit a draft for review. SOP 24. Raises Refusal: invalid_transition, out_of_scope."""
    return _move(kb_article, ArticleStatus.IN_REVIEW)


@operation(
    "article.publish",
    sop=24,
    roles={TS, IM, EX},
    verb=Verb.KB_UPDATE,
    target="kb_article",
    body=JudgementBody,
    answers=ArticleDetail,
    moves=ARTICLE_MOVES.to(ArticleStatus.PUBLISHED),
    duties=[not_a_writer, support_as_assigned_reviewer],
    in_person=InPerson.ALWAYS,
    condition=REVIEWER_RULE,
)
def publish_article(*, actor: User, kb_article: Article, comment: str = "") -> Article:
    """Publish an article for all readers.

    SOP 24. Raises Refusal: invalid_transition, segregation_of_duties, out_of_scope.
    """
    judged = {"reviewed_by": actor, "review_comment": comment, "published_at": server_time(kb_article)}
    return _move(kb_article, ArticleStatus.PUBLISHED, **judged)


@operation(
    "article.return",
    sop=24,
    roles={TS, IM, EX},
    verb=Verb.KB_UPDATE,
    target="kb_article",
    body=JudgementBody,
    answers=ArticleDetail,
    moves=ARTICLE_MOVES.to(ArticleStatus.DRAFT),
    duties=[not_a_writer, support_as_assigned_reviewer],
    in_person=InPerson.ALWAYS,
    condition=REVIEWER_RULE,
)
def return_article(*, actor: User, kb_article: Article, comment: str = "") -> Article:
    """Return an article to its author. SOP 24. Raises Refusal: invalid_transition, segregation_of_duties."""
    return _move(kb_article, ArticleStatus.DRAFT, reviewed_by=actor, review_comment=comment)


@operation(
    "article.archive",
    sop=24,
    roles={IM, EX},
    verb=Verb.KB_UPDATE,
    target="kb_article",
    answers=ArticleDetail,
    moves=ARTICLE_MOVES.to(ArticleStatus.ARCHIVED),
)
def archive_article(*, actor: User, kb_article: Article) -> Article:
    """Archive a published article. SOP 24. Raises Refusal: invalid_transition."""
    return _move(kb_article, ArticleStatus.ARCHIVED)


def _move(article: Article, status: ArticleStatus, **values: Any) -> Article:
    require_transition(ARTICLE_MOVES, article, status)
    article.change(status=status, **values)
    return article


def _keep(article: Article, writer: User, *, number: int) -> ArticleRevision:
    """Save the article's current text as a revision."""
    revision = ArticleRevision(article=article, number=number, title=article.title, body=article.body, writer=writer)
    revision.save()
    return revision
