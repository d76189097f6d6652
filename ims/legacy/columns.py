"""Columns that several tables of the old export share: ids, time stamps, names and contacts."""

from core.operations.fields import EmailField, NameField, PhoneField
from ims.legacy import rules
from ims.legacy.readers import identifier, through_field, timestamp, without_extension
from ims.legacy.schema import Column, column

NAME = through_field(NameField(), "name_given")
EMAIL = through_field(EmailField(), "valid_email")
PHONE = without_extension(through_field(PhoneField(), "valid_phone"))
OPTIONAL_PHONE = without_extension(through_field(PhoneField(allow_blank=True), "valid_phone"))

CREATED_AND_UPDATED = (column("created_at", timestamp, "created_at"), column("updated_at", timestamp, "updated_at"))
TIMES = (rules.time_stamps_ordered, rules.not_from_the_future)


def own_id(key: str) -> Column:
    return column("id", identifier, key)


def created_from(source: str) -> tuple[Column, Column]:
    """Both time stamps from the creation time, for tables without the time of the last change."""
    return column("created_at", timestamp, source), column("updated_at", timestamp, source)


CREATED = created_from("created_at")
