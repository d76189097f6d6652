"""JSON and CSV, in and out."""
