"""The missing data of a report, all in one refusal."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.codes import Code
from core.errors import Item, Refusal

RULE = "report_data_present"


@dataclass(frozen=True, slots=True)
class Missing:
    """One missing value."""

    name: str
    detail: str
    code: str = "data_missing"


def require(missing: Iterable[Missing]) -> None:
    """Raise Refusal (422 calculation_failed) with everything missing, if anything is."""
    lacking = list(missing)
    if lacking:
        items = [Item(each.code, each.detail, facts={"missing": each.name}) for each in lacking]
        sentence = " ".join(each.detail for each in lacking)
        raise Refusal(Code.CALCULATION_FAILED, sentence, rule=RULE, errors=items)
