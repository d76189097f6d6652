"""Text: the forms in which it is compared, and the characters that may stand in it."""
