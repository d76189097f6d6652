"""The drawings of the policy page show exactly the lifecycles of the registry."""

import pytest

from console.records.lifecycles import drawings
from core.operations.registry import registry
from tests.console.world import browser
from tests.users.factories import UserFactory

LIFECYCLES = {each.lifecycle.name: each.lifecycle for operation in registry for each in operation.moves}


def test_every_lifecycle_is_drawn_with_all_of_its_transitions():
    drawn = {each.title: each for each in drawings()}

    assert len(drawn) == len(LIFECYCLES)
    for each in drawn.values():
        assert len(each.boxes) == len({(box.x, box.y) for box in each.boxes}), each.title
        assert all(box.x + 118 <= each.width and box.y + 30 <= each.height for box in each.boxes)
    incident = drawn["Incident"]
    assert {"Open → In progress", "Resolved → Closed", "Resolved → In progress"} <= set(incident.sentences)
    assert len(incident.arrows) == len(incident.sentences)


@pytest.mark.django_db
def test_the_policy_page_has_them_as_pictures_with_text():
    page = browser(UserFactory()).get("/console/policy/").text

    assert page.count('role="img" aria-label') >= len(LIFECYCLES)
    assert "Resolved → Closed" in page
