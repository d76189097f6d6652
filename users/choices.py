"""The seven roles, the statuses of an account, and the groups of roles used in rules."""

from django.db.models import TextChoices


class Role(TextChoices):
    INCIDENT_MANAGER = "incident_manager"
    TECHNICAL_SUPPORT = "technical_support"
    ACCOUNT_MANAGER = "account_manager"
    EXECUTIVE = "executive"
    VENDOR_CONTACT = "vendor_contact"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    CLIENT_CONTACT = "client_contact"


class UserStatus(TextChoices):
    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"
    ON_LEAVE = "on_leave"


IM, TS, AM = Role.INCIDENT_MANAGER, Role.TECHNICAL_SUPPORT, Role.ACCOUNT_MANAGER
EX, VC, SA, CC = Role.EXECUTIVE, Role.VENDOR_CONTACT, Role.SYSTEM_ADMINISTRATOR, Role.CLIENT_CONTACT

# Roles that read everything except other people's tokens; the other two roles read their own organisation's records.
STAFF = frozenset({IM, TS, SA, AM, EX})
# Roles with authority over others: creating, changing or reactivating such an account is elevated.
PRIVILEGED = frozenset({EX, SA, IM})
# The first accounts of an installation, and those that a command on the server can recover.
FOUNDERS = (EX, SA)
# Statuses that end access permanently: a returning account must be activated again.
ENDED = frozenset({UserStatus.INACTIVE, UserStatus.SUSPENDED})
