"""What is handed to an auditor: everything about one incident, with what is needed to check it."""
