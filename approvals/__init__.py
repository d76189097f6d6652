"""Approvals: authority granted for one request, bound to its actor, operation, target and body."""
