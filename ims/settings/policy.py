"""Policy settings of an installation. Every default is a decision of this project."""

import environ

env = environ.Env()

# Severities that need higher authority to close, and whose peak decides (segregation of duties).
IMS_HIGH_SEVERITIES = env.list("IMS_HIGH_SEVERITIES", default=["P1", "P2"])
# From so many percent of its target on, a running service-level clock is at risk.
IMS_SLA_AT_RISK_PERCENT = env.int("IMS_SLA_AT_RISK_PERCENT", 75)
# Vendor types beyond the policy's four.
IMS_EXTRA_VENDOR_TYPES = env.list("IMS_EXTRA_VENDOR_TYPES", default=[])
# Retrieving a single record leaves no discovery entry when this is true; reading a collection always does.
IMS_AUDIT_COLLECTION_READS_ONLY = env.bool("IMS_AUDIT_COLLECTION_READS_ONLY", False)
# Hours from the decision until an approval expires, where its rule says nothing else.
IMS_APPROVAL_HOURS = env.int("IMS_APPROVAL_HOURS", 24)
# Life of tokens: API tokens in days, activation shares in hours.
IMS_TOKEN_DAYS = env.int("IMS_TOKEN_DAYS", 30)
IMS_ACTIVATION_HOURS = env.int("IMS_ACTIVATION_HOURS", 48)
# Operations that are in person beyond those that the policy names: a token that names a software agent never carries
# them out. "default", or nothing, adds none; an unknown name does not start.
IMS_IN_PERSON = frozenset(env.list("IMS_IN_PERSON", default=[])) - {"default"}
