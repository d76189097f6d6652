"""The house style as data: constructions that the prose check rejects, each with the plain form to use instead.

Patterns are case-insensitive regular expressions, matched on text whose line breaks are single spaces.
"""

PLAIN_FORMS: dict[str, str] = {
    # Metaphors
    r"\bthe house('s)?\b": "the project, the product; staff, internal",
    r"\b(lets?|letting) in\b": "admit, allow, accept",
    r"\bways? in\b": "authentication, credentials; entry point",
    r"\bbears?\b|\bborne\b": "has, contains",
    r"\boutliv\w+": "expire",
    r"\bbroke off\b": "was interrupted",
    # Odd verbs
    r"\bgo(es)? by\b": "uses, is based on",
    r"\bamounts? to\b": "is, equals, maps to",
    r"\bsays? so\b": "name what is said: records it, reports it",
    # Archaisms and inversions
    r"\banew\b": "again, re-",
    r"\bby the clock\b": "the elapsed time",
    r"\bbut for\b|\ball but\b(?! the)|\bbut those\b": "except",
    r"\blest\b": "so that … not",
    r"\b(there|where|here)(of|in|by|upon|with)\b": "of it, in it, by this",
    r"\b(hence|thus|whence)\b": "so, therefore",
}
