"""SOP 1: the operation under which all reads run."""

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

    Collections execute the reads; this declaration contains their rules. SOP 1.
    """
