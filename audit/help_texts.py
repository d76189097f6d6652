"""What the members of audit entries mean."""

HELP_TEXTS = {
    "FindingAnswer.problem": "What does not hold, in a sentence.",
    "FindingAnswer.sequence": "The position in the chain.",
    "VerdictAnswer.chains": "How many chains were verified.",
    "VerdictAnswer.entries": "How many entries were verified.",
    "VerdictAnswer.first_broken": "The first entry that does not hold; null where all hold.",
    "VerdictAnswer.verified": "Whether everything holds.",
    "action": "The action.",
    "agent": "The software agent that acted for the person.",
    "changes": "Changed fields, old and new values; free text and secrets only as length and digest.",
    "hash": "SHA-256 of the entry's content and `previous_hash`.",
    "legacy_id": "The entry's id in the system it was imported from.",
    "meta": "Further context; no raw data.",
    "origin": "`recorded` by the server, or `stated` by a user.",
    "previous_hash": "The hash of the record's previous entry.",
    "request_id": "The id of the request that caused the entry.",
    "sequence": "The entry's position in the chain of its record; null for discoveries.",
    "user_id": "Who acted.",
}
