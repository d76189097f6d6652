"""What the tables of the old export have in common: their ids, their time stamps, the forms of names and contacts."""

from core.operations.fields import EmailField, NameField, PhoneField
from ims.legacy import rules
from ims.legacy.readers import identifier, through_field, timestamp, without_extension
from ims.legacy.schema import Column, column

NAME = through_field(NameField(), "name_given")
EMAIL = through_field(EmailField(), "valid_email")
PHONE = without_extension(through_field(PhoneField(), "valid_phone"))
OPTIONAL_PHONE = without_extension(through_field(PhoneField(allow_blank=True), "valid_phone"))

MADE_AND_CHANGED = (column("created_at", timestamp, "created_at"), column("updated_at", timestamp, "updated_at"))
TIMES = (rules.time_stamps_ordered, rules.not_from_the_future)


def own_id(key: str) -> Column:
    return column("id", identifier, key)


def made(source: str) -> tuple[Column, Column]:
    """Where the old system kept no time of the last change, it is that of the making."""
    return column("created_at", timestamp, source), column("updated_at", timestamp, source)


MADE = made("created_at")
