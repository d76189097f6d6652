"""The auditor's pack of one incident: a reproducible archive of its records, trail and proofs."""
