"""Text: its folded forms for comparison, and its permitted characters."""
