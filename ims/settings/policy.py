"""Policy settings of an installation. Every default is a decision of this project."""

import environ

env = environ.Env()

# Severities that need higher authority to close; the peak severity decides (segregation of duties).
IMS_HIGH_SEVERITIES = sorted({"P1", *env.list("IMS_HIGH_SEVERITIES", default=["P1", "P2"])})
# The percentage of its target from which a running service-level clock is at risk.
IMS_SLA_AT_RISK_PERCENT = env.int("IMS_SLA_AT_RISK_PERCENT", 75)
# Vendor types beyond the policy's four.
IMS_EXTRA_VENDOR_TYPES = env.list("IMS_EXTRA_VENDOR_TYPES", default=[])
# When true, reading a single record leaves no discovery entry; reading a collection always does.
IMS_AUDIT_COLLECTION_READS_ONLY = env.bool("IMS_AUDIT_COLLECTION_READS_ONLY", False)
# The name of this installation's trail in checkpoints, and of the key that signs them; it must never change.
IMS_AUDIT_ORIGIN = env.str("IMS_AUDIT_ORIGIN", "ims/audit-trail")
# The address at which people reach the console, for links in answers to software agents; empty: links without a host.
IMS_BASE_URL = env.str("IMS_BASE_URL", "").rstrip("/")
# Hours from the decision until an approval expires, unless its rule sets another value.
IMS_APPROVAL_HOURS = env.int("IMS_APPROVAL_HOURS", 24)
# Lifetimes: API tokens in days, activation shares in hours.
IMS_TOKEN_DAYS = env.int("IMS_TOKEN_DAYS", 30)
IMS_ACTIVATION_HOURS = env.int("IMS_ACTIVATION_HOURS", 48)
# Operations that are in person in addition to the policy's: a token that names a software agent cannot perform them.
# "default" or an empty value adds none; with an unknown name the application does not start.
IMS_IN_PERSON = frozenset(env.list("IMS_IN_PERSON", default=[])) - {"default"}
