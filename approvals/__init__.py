"""Approvals: authority lent for one request, bound to who, what and by whom."""
