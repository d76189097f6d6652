"""Operations on articles (SOP 24), reviews and action items (SOP 25)."""

from knowledge.operations import action_items, articles, reviews

__all__ = ["action_items", "articles", "reviews"]
