"""Descriptions of the fields of discovery and the inbox."""

HELP_TEXTS = {
    "DiscoveryAnswer.count": "The number of matching records.",
    "DiscoveryAnswer.entity_type": "The entity type searched for.",
    "DiscoveryAnswer.filters": "The applied filters.",
    "DiscoveryAnswer.match": "Whether none, one or many records match.",
    "DiscoveryAnswer.results": "The complete record for a single match, a brief list for many.",
}
