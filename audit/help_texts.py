"""Descriptions of the fields of audit entries."""

HELP_TEXTS = {
    "ArchivedStretch.entries": "The number of entries in the archive.",
    "ArchivedStretch.first_entry_id": "The first id of the stretch.",
    "ArchivedStretch.last_entry_id": "The last id of the stretch.",
    "FindingAnswer.problem": "The inconsistency, in a sentence.",
    "FindingAnswer.sequence": "The position in the chain.",
    "VerdictAnswer.chains": "The number of verified chains.",
    "VerdictAnswer.entries": "The number of verified entries.",
    "VerdictAnswer.first_broken": "The first inconsistency; null if there is none.",
    "VerdictAnswer.verified": "Whether the trail is consistent.",
    "action": "The action.",
    "address": "Where the act came from; of an IPv6 address, its network of 64 bits. Empty without a request. Only "
    "system administrators and executives see it.",
    "agent": "The software agent that acted for the person.",
    "changes": "Changed fields with old and new values; free text and secrets only as length and digest.",
    "hash": "SHA-256 of the entry's content and `previous_hash`.",
    "legacy_id": "The entry's id in the system it was imported from.",
    "meta": "Further context; no raw data.",
    "origin": "`recorded` by the server, or `stated` by a user.",
    "previous_hash": "The hash of the record's previous entry.",
    "request_id": "The id of the request that caused the entry.",
    "sequence": "The entry's position in the chain of its record; null for discoveries.",
    "source_seal": "SHA-256 of a salt and the address; part of the content that `hash` covers, unless it is empty.",
    "token_id": "The token with which the user acted; null in the console and for commands.",
    "user_id": "The acting user.",
}
