"""The incident workbench: one page with everything that one needs to work on an incident."""
