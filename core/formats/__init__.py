"""Input and output formats: JSON and CSV."""
