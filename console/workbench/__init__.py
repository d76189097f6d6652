"""The incident workbench: one page for all work on an incident."""
