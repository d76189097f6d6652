"""The chapters of the tour in the order in which they are played; each file holds those of one domain."""

from ims.demo.cast import CAST
from ims.docs.tour.chapters import (
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
