"""What the members of discovery and the inbox mean."""

HELP_TEXTS = {
    "DiscoveryAnswer.count": "How many records match.",
    "DiscoveryAnswer.entity_type": "The type of record searched for.",
    "DiscoveryAnswer.filters": "The filters that were used.",
    "DiscoveryAnswer.match": "Whether none, one or many records match.",
    "DiscoveryAnswer.results": "The whole record for one match, a brief list for many.",
}
