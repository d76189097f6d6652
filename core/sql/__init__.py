"""Database access: compiled statements, transactions with a known outcome, translation of errors."""
