"""The chapters of the story, in their order."""

from collections.abc import Callable

from ims.demo.chapters.authority import authority, duties
from ims.demo.chapters.detection import correlate, detect
from ims.demo.chapters.ending import close, resolve
from ims.demo.chapters.learning import account, learn
from ims.demo.chapters.opening import alert, lookup
from ims.demo.chapters.proof import proof
from ims.demo.chapters.response import change, escalate, work
from ims.demo.chapters.retries import retries
from ims.demo.story import Story

CHAPTERS: tuple[Callable[[Story], None], ...] = (
    lookup,
    detect,
    alert,
    correlate,
    work,
    retries,
    duties,
    escalate,
    change,
    resolve,
    close,
    account,
    learn,
    authority,
    proof,
)
