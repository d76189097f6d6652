"""SOP 1: the one operation under which everything is read."""

from typing import Any

from core.operations.registry import operation
from core.verbs import Verb

READ = "discovery.search"


@operation(
    READ,
    sop=1,
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
    condition="scope: IM TS SA AM EX everything; CC and VC what concerns them",
)
def discover(*, actor: Any) -> None:
    """Find or verify records before another procedure is executed.

    Reads are carried out by the collections; this declaration is their law. SOP 1.
    """
