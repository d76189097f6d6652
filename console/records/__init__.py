"""Record pages beyond fields: an approval's request, a report's text; search, policy and verification."""
