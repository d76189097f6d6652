"""The characters of stored text: all except control characters other than tab and line feed.

Line endings are stored as line feeds.
"""

import re
from typing import Any

# Unicode's category Cc (U+0000–U+001F and U+007F–U+009F) except tab and line feed.
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LINE_END = re.compile(r"\r\n?")
CODE = "control_character"


def with_line_feeds(value: Any) -> Any:
    """A text, or nested JSON including member names, with every CRLF and lone CR replaced by LF."""
    if isinstance(value, str):
        return LINE_END.sub("\n", value) if "\r" in value else value
    if isinstance(value, dict):
        return {with_line_feeds(name): with_line_feeds(inner) for name, inner in value.items()}
    return [with_line_feeds(inner) for inner in value] if isinstance(value, list) else value


def control_character_in(value: Any) -> str | None:
    """The first control character in a text, or in any text and name within JSON; None if there is none."""
    if isinstance(value, str):
        found = CONTROL_CHARACTER.search(value)
        return found[0] if found else None
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(control_character_in, inner)), None)


def rejection_message(character: str) -> str:
    """The error message for a text with this character."""
    return f"The control character U+{ord(character):04X} is not allowed; of these only tab and line feed are."


def without_control_characters(text: str) -> str:
    """The text without control characters, for text that cannot be refused."""
    return CONTROL_CHARACTER.sub("", with_line_feeds(text))
