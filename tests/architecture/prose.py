"""The house style as data: constructions that the prose check rejects, each with the plain form to use instead.

Patterns are case-insensitive regular expressions, matched on text whose line breaks are single spaces.
"""

PLAIN_FORMS: dict[str, str] = {
    # Metaphors
    r"\b(the|every|each|other|later|rest) doors?\b": "entry point",
    r"\bstands? (in|on|beside|twice|once|there|at)\b|\bmay stand\b|\bstep aside\b": "is, occurs, is listed",
    r"\bspeaks? of\b": "mentions, describes",
    r"\btells? (of|apart|nothing|nobody|what|when|how)\b|\btold (of|apart|by|what)\b": "shows, reports; distinguishes",
    r"\bas in life\b|\bat (its|their) word\b|\bput right\b": "through the API; trusted; restored",
    r"\bthe house('s)?\b": "the project, the product; staff, internal",
    r"\b(lets?|letting) in\b": "admit, allow, accept",
    r"\bways? in\b": "authentication, credentials; entry point",
    r"\bbears?\b|\bborne\b": "has, contains",
    r"\boutliv\w+": "expire",
    r"\bbroke off\b": "was interrupted",
    # Odd verbs
    r"\b(is|are|was|were) said\b|\bsaid (so|of|by)\b": "is stated, is reported",
    r"\breckon\w*": "calculate, calculation",
    r"\bborrow\w*": "copy, use",
    r"\blets? through\b|\blet pass\b|\bgets? round\b": "permits, accepts; bypasses",
    r"\bmakes? no\b|\bknows? nothing\b": "does not; has no",
    r"\bgo(es)? by\b": "uses, is based on",
    r"\bamounts? to\b": "is, equals, maps to",
    r"\bsays? so\b": "name what is said: records it, reports it",
    # Archaisms and inversions
    r"\bupon\b": "on",
    r"\bwhosoever\b|\bwhatsoever\b": "every user who; any",
    r"\bin vain\b|\bfor nothing\b|\bcomes? to pass\b|\bto be had\b": "without effect; happens; available",
    r"\bfor good\b(?! )": "permanently",
    r"\bso (many|few)\b(?! (that|as))": "a number of; the maximum number of",
    r"\byet (it|he|they|the)\b": "but",
    r"\b(shall|nought|whereas)\b": "must; zero, nothing; while",
    r"\bones own\b|\bof one's choice\b": "the caller's own, the user's own; a given",
    r"\bat the same moment\b": "concurrently, at the same time",
    r"^What (?!if\b)[^?.:]*\.( |$)": "begin with the noun: “The values that …”, not “What …”",
    r"\banew\b": "again, re-",
    r"\bby the clock\b": "the elapsed time",
    r"\bbut for\b|\ball but\b(?! the)|\bbut those\b": "except",
    r"\blest\b": "so that … not",
    r"\b(there|where|here)(of|in|by|upon|with)\b": "of it, in it, by this",
    r"\b(hence|thus|whence)\b": "so, therefore",
}
