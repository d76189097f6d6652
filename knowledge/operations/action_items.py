"""SOP 25: Managing Post-Incident Reviews: action items."""

from typing import Any

from core.codes import Code
from core.errors import Item, Refusal
from core.operations.lifecycle import require_transition
from core.operations.registry import operation
from core.verbs import Verb
from knowledge.bodies import ActionItemBody, ActionItemUpdateBody
from knowledge.choices import ITEM_MOVES, ItemStatus, ReviewStatus
from knowledge.duties import owner_or_lead
from knowledge.models import ActionItem, PostIncidentReview
from knowledge.serializers import ActionItemOutput
from users.choices import EX, IM
from users.models import User


@operation(
    "review.add_action_item",
    sop=25,
    roles={IM, EX},
    verb=Verb.CREATE,
    target="post_incident_review",
    subject="action_item",
    body=ActionItemBody,
    answers=ActionItemOutput,
    moves=ITEM_MOVES.new(),
    raises=[Code.PRECONDITION_FAILED],
)
def add_action_item(*, actor: User, post_incident_review: PostIncidentReview, **fields: Any) -> ActionItem:
    """Add an improvement with its owner and due date to a review, even after its completion.

    SOP 25. Raises Refusal: precondition_failed (the review is cancelled), invalid_reference (owner).
    """
    if post_incident_review.status == ReviewStatus.CANCELLED:
        detail = "The review is cancelled; it accepts no action items."
        item = Item("review_cancelled", detail, "status")
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="action_items_of_held_reviews", errors=[item])
    action_item = ActionItem(review=post_incident_review, **fields)
    action_item.save()
    return action_item


@operation(
    "review.update_action_item",
    sop=25,
    roles=None,
    verb=Verb.UPDATE,
    target="action_item",
    body=ActionItemUpdateBody,
    answers=ActionItemOutput,
    moves=ITEM_MOVES.all(),
    duties=[owner_or_lead],
    raises=[Code.PRECONDITION_FAILED],
    condition="the item's owner, IM or EX",
)
def update_action_item(*, actor: User, action_item: ActionItem, **fields: Any) -> ActionItem:
    """Change, complete or cancel an open action item.

    SOP 25. Raises Refusal: precondition_failed (not open), invalid_transition, out_of_scope, invalid_reference (owner).
    """
    status = fields.get("status", action_item.status)
    if status != action_item.status:
        require_transition(ITEM_MOVES, action_item, status)
    elif action_item.status != ItemStatus.OPEN:
        detail = f"The action item is {action_item.status}; only an open one can be changed."
        item = Item("action_item_settled", detail, "status")
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="action_item_changed_while_open", errors=[item])
    action_item.change(**fields)
    return action_item
