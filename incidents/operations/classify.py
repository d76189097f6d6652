"""SOP 13: Severity Classification Process."""

from typing import Any

from core.operations.registry import operation
from core.verbs import Verb
from incidents.bodies import FactsBody
from incidents.serializers import ClassificationAnswer
from incidents.severity import Facts, classify
from users.models import User


@operation(
    "incident.classify",
    sop=13,
    roles=None,
    verb=Verb.TOOL_USE,
    body=FactsBody,
    answers=ClassificationAnswer,
)
def classify_facts(*, actor: User, **facts: Any) -> dict[str, Any]:
    """Classify stated facts: returns the severity and the clause that decided it. Nothing is written.

    SOP 13. Missing facts count as false.
    """
    return classify(Facts(**facts)).as_dict()
