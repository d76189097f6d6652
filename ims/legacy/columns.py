"""What the tables of the old export have in common: their ids, their time stamps, the forms of names and contacts."""

from core.operations.fields import EmailField, NameField, PhoneField
from ims.legacy import rules
from ims.legacy.readers import identifier, moment, through
from ims.legacy.schema import Column, column

NAME = through(NameField(), "name_given")
EMAIL = through(EmailField(), "valid_email")
PHONE = through(PhoneField(), "valid_phone")
OPTIONAL_PHONE = through(PhoneField(allow_blank=True), "valid_phone")

MADE_AND_CHANGED = (column("created_at", moment, "created_at"), column("updated_at", moment, "updated_at"))
TIMES = (rules.time_stamps_ordered, rules.not_from_the_future)


def own_id(key: str) -> Column:
    return column("id", identifier, key)


def made(source: str) -> tuple[Column, Column]:
    """Where the old system kept no time of the last change, it is that of the making."""
    return column("created_at", moment, source), column("updated_at", moment, source)


MADE = made("created_at")
