"""The pages of a shift: dashboard, queue, inbox, search."""
