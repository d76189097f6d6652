"""Drills: promises under faults, load and attacks, shown on a live server. See docs/reliability.md."""
