"""Lists in a browser: on narrow screens, on paper, and for acts on several incidents."""

import io
from typing import Any

import pytest

from incidents.models import Incident, IncidentNote
from tests.console.browsing import CHROMIUM, WHY_SKIPPED
from tests.console.persons import person
from tests.console.world import list_of, page_of, registered
from tests.incidents.factories import IncidentFactory
from users.choices import IM, SA, TS

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WHY_SKIPPED)
NARROW = {"width": 360, "height": 800}
TALLEST, REACH, SMALLEST = 72, 300, 24

MEASURE = """() => [...document.querySelectorAll('#result_list tr.data-row')].map(row => ({
    height: row.getBoundingClientRect().height,
    reach: Math.max(...[...row.querySelectorAll('.field-status, .field-clock')]
        .map(each => each.getBoundingClientRect().right)),
}))"""
# Controls that are no words of a sentence; a label enlarges its box.
SMALL = f"""() => [...document.querySelectorAll('main :is(a, button, input, select, textarea, summary)')]
    .filter(each => each.offsetParent !== null && !each.closest('p, .ims-text, .ims-prose, .ims-skip'))
    .map(each => each.closest('label') || each)
    .filter(each => {{ const box = each.getBoundingClientRect(); return box.width > 1 && box.height < {SMALLEST}; }})
    .map(each => `${{each.tagName}} ${{each.className}} ${{each.textContent.trim().slice(0, 30)}}`)"""

# What stays in place while the page scrolls, and so covers rows of a printed one.
COVERING = """() => [...document.querySelectorAll('*')]
    .filter(each => ['sticky', 'fixed'].includes(getComputedStyle(each).position) && each.offsetHeight)
    .map(each => each.className)"""


def test_a_row_on_a_narrow_screen_is_low_and_begins_with_state_and_clock(visit: Any) -> None:
    for number in range(3):
        IncidentFactory(title=f"A long title of an incident that does not fit into one line {number}")
    window = visit(person(IM))
    window.page.set_viewport_size(NARROW)
    window.go(list_of(Incident))
    rows = window.page.evaluate(MEASURE)

    assert len(rows) == 3
    assert max(row["height"] for row in rows) <= TALLEST
    assert max(row["reach"] for row in rows) <= REACH


def test_the_workbench_on_a_narrow_screen_begins_with_state_and_clock(visit: Any) -> None:
    incident = IncidentFactory()
    window = visit(person(IM))
    window.page.set_viewport_size(NARROW)
    window.go(page_of(incident))
    box = window.page.locator(".ims-head .ims-clock").bounding_box()

    assert box["y"] + box["height"] <= REACH


def test_no_list_is_wider_than_a_narrow_screen_and_no_control_too_small(visit: Any) -> None:
    incident = IncidentFactory()
    window = visit(person(SA))
    window.page.set_viewport_size(NARROW)
    wide, small = {}, {}
    for address in [*map(list_of, registered()), "/console/", "/console/trail/", page_of(incident)]:
        window.go(address)
        measured = window.page.evaluate("document.documentElement.scrollWidth")
        wide |= {address: measured} if measured > NARROW["width"] else {}
        found = window.page.evaluate(SMALL)
        small |= {address: found} if found else {}
    assert (wide, small) == ({}, {})


def test_a_printed_list_has_every_row(visit: Any) -> None:
    from pypdf import PdfReader  # noqa: PLC0415 - only where a browser is installed

    codes = [IncidentFactory().incident_code for _ in range(25)]
    window = visit(person(IM))
    window.go(list_of(Incident))
    document = PdfReader(io.BytesIO(window.page.pdf()))
    text = "".join(page.extract_text() for page in document.pages)

    # The extraction may lose the hyphen.
    assert [code for code in codes if code[-8:] not in text] == []
    window.page.emulate_media(media="print")
    assert window.page.evaluate(COVERING) == []


@pytest.mark.parametrize("address", ["/console/incidents/incident/", "/console/?queue=all"], ids=["list", "queue"])
def test_a_note_is_written_on_several_incidents_by_keyboard(visit: Any, address: str) -> None:
    incidents = [IncidentFactory(), IncidentFactory()]
    window = visit(person(TS))
    window.go(address)
    for each in incidents:
        window.page.locator(f'input.ims-choose[value="{each.pk}"]').focus()
        window.page.keyboard.press("Space")
    window.press("Add note")
    window.type("body", "Restarted")
    window.press("Add note")

    assert "2 selected, 0 refused" in window.text()
    assert IncidentNote.objects.count() == len(incidents)


def test_a_list_is_filtered_without_scripts(visit: Any) -> None:
    shown, hidden = IncidentFactory(severity="P1"), IncidentFactory(severity="P3")
    window = visit(person(IM), java_script_enabled=False)
    window.go(list_of(Incident))
    window.page.locator(".ims-filter summary").focus()
    window.page.keyboard.press("Enter")
    window.press("P1")

    assert shown.incident_code in window.text()
    assert hidden.incident_code not in window.text()
