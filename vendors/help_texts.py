"""Descriptions of the fields of vendors."""

HELP_TEXTS = {
    "contact_email": "The e-mail address of the organisation; stored in lower case.",
    "contact_phone": "The telephone number of the organisation, in E.164.",
    "vendor_name": "The vendor's name; unique.",
    "vendor_type": "The type of vendor.",
}
