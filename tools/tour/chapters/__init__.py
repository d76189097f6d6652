"""The chapters of the tour in playing order; one module for each domain."""

from tools.demo.cast import CAST
from tools.tour.chapters import (
    authority,
    changes,
    clients,
    ending,
    founding,
    incidents,
    learning,
    proof,
    providers,
    reading,
    refusals,
    response,
)
from users.choices import EX, SA

FOUNDERS = tuple(person for person in CAST if person.role in (SA, EX))
CHAPTERS = (
    *founding.CHAPTERS,
    *providers.CHAPTERS,
    *clients.CHAPTERS,
    *incidents.CHAPTERS,
    *response.CHAPTERS,
    *changes.CHAPTERS,
    *ending.CHAPTERS,
    *learning.CHAPTERS,
    *proof.CHAPTERS,
    *authority.CHAPTERS,
    *reading.CHAPTERS,
    *refusals.CHAPTERS,
)
# The chapters for an installation that has the staff's accounts: without creating them, and without the final month.
LIFE = tuple(chapter for chapter in CHAPTERS if chapter not in (*founding.CHAPTERS, refusals.TOO_LATE))
