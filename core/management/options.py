"""Types of command-line options, with the same rules for text as in bodies."""

from argparse import ArgumentTypeError

from core.text.characters import control_character_in, rejection_message
from core.text.folding import is_blank


def one_line(text: str) -> str:
    """One line of text, its white space as in a name. Raises ArgumentTypeError for control characters and blanks."""
    if found := control_character_in(text):
        raise ArgumentTypeError(rejection_message(found))
    if text and is_blank(text):
        raise ArgumentTypeError("This text has no visible character.")
    return " ".join(text.split())
